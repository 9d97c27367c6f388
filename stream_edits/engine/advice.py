"""What an operator can do, in the words that several errors share."""

REBUILD = "rebuild everything from the claims, as docs/operations.md says"
RIGHTS = "docs/security.md lists the rights that each stage and command needs"


def no_topic(*names: str) -> str:
    """That these topics are missing or may not be seen, and how to create them."""
    return (
        f"no topic named {', '.join(names)}, or no right to DESCRIBE it: create it with "
        "`stream-edits topics create`"
    )
