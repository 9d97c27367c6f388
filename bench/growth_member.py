"""What an event of one member costs the encounter stage, as the member's claims become many.

`python -m bench.growth_member 100000` sends that many claims of one member through the stage, in
memory, over some years. No two are for the same day at the same clinic, so none is judged with
another one, and only their number grows. With a second number, each claim expires after so many
more: a member who is treated for ever. It prints the processor time of an event around each size,
how many values it writes, and the largest of them.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from bench.mix import governed
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, PackagedSchemas, schema_of
from stream_edits.domain.claim import ServiceLine
from stream_edits.engine.ports import Record
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.settings import Settings
from stream_edits.synthetic.people import npi

SIZES = (100, 1_000, 4_000, 16_000, 100_000)
_CLINICS = 1_000
_DAYS = 1_400
_MEASURED = 0.2


class Growth(NamedTuple):
    """The cost of an event of a member with so many claims, on average."""

    claims: int
    cpu_us: float
    values: float
    largest: int


def main(most: str = "100000", kept: str = "") -> int:
    """Print the figures of each size, and of the largest against the smallest."""
    found: list[Growth] = []
    for each in growth(int(most), int(kept or most)):
        found.append(each)
        print(
            f"{each.claims:>8,} claims: {each.cpu_us:,.0f} µs an event, {each.values:.1f} values "
            f"written, the largest {each.largest:,} bytes",
            flush=True,
        )
    print(f"the last to the first: {found[-1].cpu_us / found[0].cpu_us:.2f}")
    return 0


def growth(most: int, kept: int) -> Iterator[Growth]:
    """The cost of an event around each size up to ``most``, if so many claims are kept."""
    intake = processor(Stage.INTAKE)
    encounter = processor(Stage.ENCOUNTER, Settings(retention_days=_DAYS))
    view = UncommittedState(MemoryStore())
    sizes = [size for size in SIZES if size <= most]
    spent, values, largest, counted = 0.0, 0, 0, 0
    for number, value in enumerate(_claims(most, kept)):
        (routed,) = intake.process(Record("", 0, number, b"", value, (), 0), view)
        started = time.process_time()
        list(encounter.process(Record("", 0, number, b"", routed.value, (), 0), view))
        spent += time.process_time() - started
        values += len(view.event)
        counted += 1
        largest = max(largest, *(len(written or b"") for written in view.event.values()))
        view.keep_event()
        view.merge()
        if sizes and number + 1 < sizes[0] * (1 - _MEASURED):
            spent, values, largest, counted = 0.0, 0, 0, 0
        elif sizes and number + 1 == sizes[0]:
            yield Growth(sizes.pop(0), spent / counted * 1e6, values / counted, largest)


def _claims(count: int, kept: int) -> Iterator[bytes]:
    """Claims of one member, so many in ``_DAYS`` days, each at another clinic than the last."""
    decode, encode = ClaimReader(PackagedSchemas()).decode, claim_encoder(schema_of(CLAIM_EVENT).id)
    shapes = [decode(each.value) for each in governed(50)]
    clinics = [npi(number) for number in range(_CLINICS)]
    for number in range(count):
        shape = shapes[number % len(shapes)]
        yield encode(
            replace(
                shape,
                event_id=f"event-{number}",
                event_time=shape.event_time + timedelta(number * _DAYS // kept),
                claim_id=f"claim-{number}",
                frequency_code="1",
                replaces_claim_id=None,
                member_id="member",
                billing_provider_npi=clinics[number % _CLINICS],
                lines=tuple(_later(line, number * _DAYS // kept) for line in shape.lines),
            )
        )


def _later(line: ServiceLine, days: int) -> ServiceLine:
    """The line so many days later, without times."""
    day = line.service_date + timedelta(days)
    return replace(
        line, service_date=day, service_date_through=None, start_time=None, end_time=None
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
