"""The full X12 lists of reason and remark codes (CARC, RARC), packaged in x12_codes.csv.

The file gives each code's status on the day it was retrieved, and the rules for using the code. It
holds no texts.
"""

import csv
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("x12_codes.csv")
RETRIEVED = date(2026, 8, 17)

CONTRACTUAL = "CO"
OTHER_ADJUSTMENT = "OA"
# All claim adjustment groups (X12 CAS01): also payer initiated and patient responsibility.
GROUPS = frozenset([CONTRACTUAL, OTHER_ADJUSTMENT, "PI", "PR"])
# The groups that findings use. What the patient or another agreement owes is not theirs to say.
OUR_GROUPS = frozenset([CONTRACTUAL, OTHER_ADJUSTMENT])


class Kind(StrEnum):
    """Claim adjustment reason code, or remittance advice remark code."""

    CARC = "carc"
    RARC = "rarc"


class X12Code(NamedTuple):
    """One code of the lists, as of ``RETRIEVED``.

    ``needs_rarc`` and ``groups`` apply to CARCs, ``alert`` to RARCs. ``groups`` are the claim
    adjustment group codes that the CARC is limited to; empty means no limit.
    """

    kind: Kind
    code: str
    current: bool
    needs_rarc: bool
    alert: bool
    groups: frozenset[str]
    property_casualty: bool

    @property
    def name(self) -> str:
        """The kind and the code, such as CARC 16."""
        return f"{self.kind.upper()} {self.code}"


@lru_cache(maxsize=1)
def x12_codes() -> dict[tuple[Kind, str], X12Code]:
    """Every code of the lists, current or deactivated, by kind and code."""
    listed: dict[tuple[Kind, str], X12Code] = {}
    with FILE.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            kind = Kind(row["kind"])
            listed[kind, row["code"]] = X12Code(
                kind,
                row["code"],
                row["status"] == "current",
                row["needs_rarc"] == "yes",
                row["alert"] == "yes",
                frozenset(row["groups"].split()),
                row["property_casualty"] == "yes",
            )
    return listed


@lru_cache(maxsize=512)
def group_code(carc: str | None) -> str | None:
    """The claim adjustment group of a CARC: CO, or OA if the list limits the CARC to OA.

    None without a CARC, and CO for a code that is not on the list.
    """
    if carc is None:
        return None
    listed = x12_codes().get((Kind.CARC, carc))
    limited = listed is not None and listed.groups == {OTHER_ADJUSTMENT}
    return OTHER_ADJUSTMENT if limited else CONTRACTUAL
