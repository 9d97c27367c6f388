"""The drugs of synthetic claims: real HCPCS codes with invented prices and NDCs."""

from decimal import Decimal
from typing import Any, NamedTuple


class Drug(NamedTuple):
    """A drug: its code, price per unit in cents, and NDC of eleven digits."""

    code: str
    cents: int
    ndc: str


class Treatment(NamedTuple):
    """A drug as a treatment: the units for one encounter, and the diagnoses."""

    code: str
    units: float
    diagnoses: tuple[str, ...]


_PRICES = {
    "J0285": 1690, "J0640": 410, "J0696": 95, "J1050": 18, "J1100": 14, "J1200": 120,
    "J1559": 1210, "J1569": 4480, "J1745": 4890, "J1756": 38, "J2270": 310, "J2350": 5650,
    "J2405": 22, "J2506": 29840, "J3370": 260, "J3380": 2120, "J3420": 190, "J3489": 1120,
    "J7030": 240, "J7120": 260, "J9000": 370, "J9035": 7480, "J9041": 1160, "J9045": 320,
    "J9190": 210, "J9217": 21400, "J9263": 15, "J9267": 16, "J9271": 5580, "J9299": 3120,
    "J9370": 540, "P9016": 21500, "P9047": 6200, "Q9967": 19,
}  # fmt: skip
DRUGS = {
    code: Drug(code, cents, f"{54000 + n:05d}{1100 + 7 * n:04d}{1 + n % 90:02d}")
    for n, (code, cents) in enumerate(_PRICES.items())
}
UNCLASSIFIED: dict[str, Any] = {
    "ndc_qualifier": "N4",
    "ndc": "70121156901",
    "drug_name": "Fosphenytoin-like compound",
    "drug_strength": "50 mg/mL",
    "drug_dosage": "500 mg",
    "drug_unit_price": Decimal("12.5000"),
}

INFUSED = (
    Treatment("J1756", 200, ("D50.9",)),
    Treatment("J0696", 8, ("L03.115",)),
    Treatment("J3370", 2, ("M86.9", "B95.62")),
    Treatment("J3489", 5, ("M81.0",)),
    Treatment("J0285", 5, ("B44.9",)),
)
LONG_INFUSED = (
    Treatment("J1569", 60, ("D83.9",)),
    Treatment("J3380", 300, ("K50.90",)),
    Treatment("J2350", 300, ("G35",)),
)
CHEMOTHERAPY = (
    Treatment("J9267", 175, ("C50.911", "Z51.11")),
    Treatment("J9263", 130, ("C18.9", "Z51.11")),
    Treatment("J9271", 200, ("C34.90", "Z51.12")),
    Treatment("J9035", 40, ("C18.9", "Z51.11")),
    Treatment("J9299", 240, ("C43.9", "Z51.12")),
)
CHEMOTHERAPY_PUSHED = (
    Treatment("J9000", 6, ("C50.912", "Z51.11")),
    Treatment("J9370", 2, ("C83.30", "Z51.11")),
    Treatment("J9041", 25, ("C90.00", "Z51.11")),
)
PUSHED = (
    Treatment("J2270", 1, ("R10.9",)),
    Treatment("J2405", 4, ("R11.2",)),
    Treatment("J1100", 8, ("J45.901",)),
    Treatment("J1200", 1, ("T78.40XA",)),
)
INJECTED = (
    Treatment("J3420", 1, ("D51.0",)),
    Treatment("J1050", 150, ("Z30.42",)),
    Treatment("J0696", 4, ("A54.9",)),
)
PREMEDICATION = ("J1100", "J1200", "J2405")
DEHYDRATED = ("E86.0", "K52.9", "R11.10", "O21.0")
