"""The messages of infusion-code-for-excluded-product."""


def excluded(code: str, product: str, instead: str, *, by_modifier: bool) -> str:
    """The code was billed for an excluded product."""
    otherwise = (
        "if the drug went into a vein, send a replacement claim without that modifier."
        if by_modifier
        else "if another drug was infused, bill that drug on a line of its own."
    )
    return (
        f"{code} was billed for {product}{' (by its modifier)' if by_modifier else ''}. The policy "
        f"says it must not be used for that. Bill {instead} instead; {otherwise}"
    )


def unexplained(code: str, product: str, given: str) -> str:
    """The claims show only products that something else was billed for, or may have been."""
    return (
        f"{code} was billed on a day whose only product is {product}, {given}. The policy says "
        "that the code must not be used for it. Send an itemized statement that shows what was "
        f"infused, or a replacement claim without {code}."
    )
