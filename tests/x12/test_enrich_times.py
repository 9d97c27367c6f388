"""Times in the file of `--enrich`: what edits judge is taken, as from other files of claims."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from stream_edits.codec.x12 import Refusal
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional, read
from tests.x12.samples import office
from tests.x12.test_enrich import with_known

START = '{"claim": "ACCOUNTK1", "line": 1, "start_time": "2025-03-03T09:00"'
WITH_END = START + ', "end_time": "%s"}'
OTHER_END = '{"claim": "TRACEK1", "line": 1, "end_time": "%s"}'
BEFORE = "enrich entries that give an end_time before the start_time"


@pytest.mark.parametrize("entries", [(WITH_END,), (START + "}", OTHER_END)], ids=["one", "two"])
@pytest.mark.parametrize("end", ["2025-03-03T09:00", "2025-03-03T09:01", "2025-03-04T09:00"])
def test_an_end_at_the_start_or_after_it_is_taken(entries: Sequence[str], end: str) -> None:
    reading = with_known(*(each.replace("%s", end) for each in entries))
    (claim,) = read(professional(office()), reading)
    assert isinstance(claim, ClaimEvent)
    line = claim.lines[0]
    assert (line.start_time, line.end_time) == (
        datetime(2025, 3, 3, 9),
        datetime.fromisoformat(end),
    )


def test_an_end_before_the_start_of_another_entry_is_refused() -> None:
    reading = with_known(START + "}", OTHER_END.replace("%s", "2025-03-03T08:59"))
    assert read(professional(office()), reading) == [Refusal(1, 1, BEFORE, 1)]
