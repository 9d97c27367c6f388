"""The messages of infusion-code-for-excluded-product."""

from stream_edits.policies.khs_6_21_p.vocabulary.lines import requested
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import join_words


def excluded(code: str, product: str, remedy: str, *, by_modifier: bool) -> str:
    """The code was billed for an excluded product."""
    otherwise = (
        "if the drug went into a vein, send a replacement claim without that modifier."
        if by_modifier
        else "if another drug was infused, bill that drug on a line of its own."
    )
    return (
        f"{code} was billed for {product}{' (by its modifier)' if by_modifier else ''}. The policy "
        f"says it must not be used for that. {remedy}; {otherwise}"
    )


def bill_instead(instead: str, recommended: str | None) -> str:
    """What to bill instead of an infusion code."""
    return f"Bill {instead}{f' ({recommended})' if recommended else ''} instead"


def take_off(code: str, billed: list[str]) -> str:
    """What to do about an infusion code beside codes that bill or include the administration."""
    return (
        f"Its administration is already billed or included ({join_words(billed)}): take {code} off"
    )


def unexplained(code: str, product: str, given: str, outcome: Outcome) -> str:
    """The claims show only products that something else was billed for, or may have been."""
    replacement = f"a replacement claim without {code}"
    if not outcome.requests:
        replacement = f"send {replacement}"
    return (
        f"{code} was billed on a day whose only product is {product}, {given}. The policy says "
        "that the code must not be used for it. "
        f"{requested(outcome, 'what was infused', replacement)}."
    )
