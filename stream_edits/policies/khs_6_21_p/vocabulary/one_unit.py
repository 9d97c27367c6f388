"""How advice names a code of which one unit is to be billed."""


def one_unit(code: str, billed: float) -> str:
    """The code, and that it is one unit of it where more units were billed."""
    return f"one unit of {code}" if billed > 1 else code
