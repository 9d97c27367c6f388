"""837 files made up for the tests, each value in them different from those of other claims."""

from collections.abc import Sequence
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "claims.837"
PROFESSIONAL, INSTITUTIONAL = "005010X222A1", "005010X223A2"


def isa(number: int = 9, component: str = ":", element: str = "*", segment: str = "~") -> str:
    """An ISA segment of fixed columns."""
    parts = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{'SENDER':15}", "ZZ", f"{'PLAN':15}"]
    parts += ["250310", "0615", "^", "00501", f"{number:09d}", "0", "P", component]
    return element.join(parts) + segment


def transaction(
    segments: Sequence[str], guide: str = PROFESSIONAL, number: str = "0001", closed: bool = True
) -> list[str]:
    """ST, BHT, the segments, and SE with the right count."""
    inside = [f"ST*837*{number}*{guide}", "BHT*0019*00*BATCH*20250310*0615*CH", *segments]
    return [*inside, f"SE*{len(inside) + 1}*{number}"] if closed else inside


def interchange(*transactions: Sequence[str], guide: str = PROFESSIONAL, number: int = 9) -> str:
    """The text of a file with one interchange and one group."""
    inside = [segment for each in transactions for segment in each]
    group = [f"GS*HC*SENDER*PLAN*20250310*0615*71*X*{guide}", *inside]
    ends = [f"GE*{len(transactions)}*71", f"IEA*1*{number:09d}"]
    return isa(number) + "".join(f"{segment}~\n" for segment in [*group, *ends])


PROVIDER = (
    "HL*1**20*1",
    "NM1*85*2*DELTA INFUSION SUITE*****XX*1990001012",
    "N3*5 CANAL ST",
    "N4*LODI*CA*952400005",
    "REF*EI*990001010",
)


def subscriber(name: str = "K1", level: int = 2) -> tuple[str, ...]:
    """Loop 2000B of a subscriber who is the patient."""
    return (
        f"HL*{level}*1*22*0",
        "SBR*P*18*******MC",
        f"NM1*IL*1*SAMPLE*{name}****MI*MEMBER{name}",
        "DMG*D8*19610412*F",
        "NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*EXHP1",
    )


def office(name: str = "K1", lines: Sequence[str] = (), head: Sequence[str] = ()) -> list[str]:
    """A professional claim from CLM on; without ``lines`` it bills an infusion and its drug."""
    return [
        f"CLM*ACCOUNT{name}*450***11:B:1*Y*A*Y*Y",
        *(head or (f"REF*D9*TRACE{name}", f"PWK*PY*EL***AC*DOC{name}", "HI*ABK:D509*ABF:Z5112")),
        *(
            lines
            or (
                "LX*1",
                "SV1*HC:96365:59*260*UN*1*11**1:2",
                "DTP*472*D8*20250303",
                f"REF*6R*LINE{name}A",
                "LX*2",
                "SV1*HC:J1756*190.5*UN*200*11**1",
                "DTP*472*D8*20250303",
                f"REF*6R*LINE{name}B",
                f"LIN**N4*5551234{name}",
                "CTP****10*ML",
            )
        ),
    ]


def hospital(name: str = "H1", lines: Sequence[str] = ()) -> list[str]:
    """An institutional claim from CLM on."""
    return [
        f"CLM*ACCOUNT{name}*950***13:A:1**A*Y*Y",
        "DTP*434*RD8*20250303-20250304",
        "CL1*3*1*01",
        f"REF*D9*TRACE{name}",
        "HI*ABK:D509",
        "NM1*71*1*NAVARRO*PAUL****XX*1990005054",
        *(
            lines
            or (
                "LX*1",
                "SV2*0260*HC:96365*610*UN*1",
                "DTP*472*D8*20250303",
                "LX*2",
                "SV2*0250**214.75*UN*3",
            )
        ),
    ]


def other_payer(name: str) -> tuple[str, ...]:
    """Loops 2320 and 2330 of another payer, with values that must not reach the claim."""
    return (
        "SBR*S*18*******CI",
        "AMT*D*100",
        "OI***Y***Y",
        f"NM1*IL*1*OTHER*PERSON****MI*FOREIGN{name}",
        f"NM1*PR*2*OTHER PAYER*****PI*FOREIGNPAYER{name}",
        f"REF*F8*FOREIGNICN{name}",
        "NM1*82*1*FOREIGN*DOCTOR****XX*1990009999",
    )


def adjudicated_line(code: str = "J9999") -> tuple[str, ...]:
    """Loop 2430 of a line: what another payer made of it."""
    return (f"SVD*FOREIGNPAYER*55*HC:{code}**3", "CAS*PR*1*12", "DTP*573*D8*20200728")


def seeds() -> list[str]:
    """Files for mutations: both forms, several payers, two interchanges, a dependent."""
    two = [*PROVIDER, *subscriber("K1"), *office("K1"), *office("K2")]
    more = [*subscriber("K3", 3), *office("K3"), "HL*4*3*23*0", "PAT*19", "NM1*QC*1*SAMPLE*KID"]
    many = [*two, *more, *office("K4"), *subscriber("K5", 5), *office("K5")]
    shared = [*PROVIDER, *subscriber("K6")]
    paid = office("K6", head=["REF*F8*ICNK6", "HI*ABK:D509", *other_payer("K6")])
    shared += [*paid, *adjudicated_line(), *subscriber("K7", 3), *office("K7")]
    wards = [*PROVIDER, *subscriber("H1"), *hospital("H1"), *subscriber("H2", 3), *hospital("H2")]
    both = interchange(transaction(two), number=8) + interchange(
        transaction(wards, INSTITUTIONAL), guide=INSTITUTIONAL, number=9
    )
    return [
        interchange(transaction(many)),
        interchange(transaction(shared), transaction(two, number="0002")),
        interchange(transaction(wards, INSTITUTIONAL), guide=INSTITUTIONAL),
        both,
        EXAMPLE.read_text(encoding="ascii"),
    ]
