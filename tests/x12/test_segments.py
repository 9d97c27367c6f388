"""Files as they come: encodings, delimiters, line breaks, several interchanges, any chunks."""

import io
from collections.abc import Callable

import pytest

from stream_edits.codec.x12 import Tally, looks_like_x12, read_claims
from stream_edits.codec.x12.loops import TOO_LONG
from stream_edits.codec.x12.segments import LONGEST_SEGMENT, read_blocks
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import READING, professional, read
from tests.x12.samples import interchange, isa, office, seeds, transaction

TEXT = professional(office("K1"), office("K2"))
CLAIMS = read(TEXT)


def from_bytes(data: bytes) -> list[object]:
    return [event for _, event in read_claims(io.BytesIO(data), READING)]


class Slow(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = io.BytesIO(data), size

    def read(self, size: int = -1) -> bytes:
        return self._data.read(self._size)


@pytest.mark.parametrize(
    "encoding", ["ascii", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]
)
def test_encodings(encoding: str) -> None:
    data = TEXT.encode(encoding)
    assert looks_like_x12(data[:64])
    assert from_bytes(data) == CLAIMS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_letters_above_ascii(encoding: str) -> None:
    text = professional(office("K\u00e9")).replace("MEMBERK1", "M\u00dcLLER1")
    (claim,) = from_bytes(text.encode(encoding))
    assert isinstance(claim, ClaimEvent)
    assert (claim.member_id, claim.claim_id) == ("M\u00dcLLER1", "ACCOUNTK\u00e9")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("~\n", "~"),
        ("~\n", "~\r\n"),
        ("~\n", "~\r\n    "),
        ("~\n", "~\n\n"),
        ("~\n", "~ \t"),
        ("~\n", "\n"),
        ("~\n", "\r\n"),
        ("~\n", "\r"),
        ("~\n", "|\n"),
        ("*", "|"),
        ("*", "\x1d"),
        (":", ">"),
        (":", "\x1f"),
        ("~\n", "\x1c"),
    ],
)
def test_any_delimiters_and_line_breaks(old: str, new: str) -> None:
    text = TEXT.replace("~", "~\n").replace("\n\n", "\n")
    assert from_bytes(text.replace(old, new).encode("latin-1")) == CLAIMS


@pytest.mark.parametrize(
    "untidy",
    [
        lambda name: f"{name} ",
        lambda name: f"{name}\t",
        str.lower,
        lambda name: f" {name.lower()} ",
    ],
)
def test_segment_ids_with_blanks_or_small_letters(untidy: Callable[[str], str]) -> None:
    header, *segments = TEXT.replace("\n", "").split("~")
    parted = [segment.partition("*") for segment in segments if segment]
    text = "~".join([header, *[f"{untidy(name)}{mark}{rest}" for name, mark, rest in parted], ""])
    assert from_bytes(text.encode()) == CLAIMS
    # A line may end within an id.
    one = text.replace(untidy("SV1"), f"{untidy('SV1')[:2]}\n{untidy('SV1')[2:]}")
    assert from_bytes(one.encode()) == CLAIMS


def test_lines_of_eighty_characters() -> None:
    whole = TEXT.replace("\n", "")
    header = len(isa())
    wrapped = [whole[header:][at : at + 80] for at in range(0, len(whole) - header, 80)]
    assert from_bytes((whole[:header] + "\r\n".join(wrapped)).encode()) == CLAIMS


def two_interchanges(mark: str = "*", terminator: str = "~", number: int = 10) -> tuple[str, str]:
    """Two files without line breaks; the second has these delimiters."""
    second = numbered(number).replace("~\n", "~")
    return TEXT.replace("\n", ""), second.replace("*", mark).replace("~", terminator)


def numbered(number: int) -> str:
    """A file with one claim, whose interchange has this number."""
    text = professional(office("K3")).replace(isa(), isa(number))
    return text.replace("IEA*1*000000009", f"IEA*1*{number:09d}")


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiters", ["*~", "|!"])
def test_lines_may_end_anywhere_in_a_header(line_break: str, delimiters: str) -> None:
    first, second = two_interchanges(*delimiters)
    apart = [*from_bytes(first.encode()), *from_bytes(second.encode())]
    for column in range(1, 81):
        both = first + second
        # The first line is shorter, so that lines end at each place of the second header.
        lines = [both[:column], *[both[at : at + 80] for at in range(column, len(both), 80)]]
        # In the first header the file is known to be one of X12.
        if column > len("ISA*"):
            assert from_bytes(line_break.join(lines).encode()) == apart, column


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "\r", "~\n"])
@pytest.mark.parametrize("mark", ["*", "|", "\x1d"])
@pytest.mark.parametrize("unpadded", [False, True])
def test_a_second_interchange_behind_any_terminator(
    terminator: str, mark: str, unpadded: bool
) -> None:
    second = numbered(10)
    if unpadded:
        trimmed = "ISA*00**00**ZZ*SENDER*ZZ*PLAN*250310*0615*^*00501*       10*0*T*:~"
        second = trimmed + second.removeprefix(isa(10))
    texts = [TEXT, second.replace("*", mark)]
    texts = [text.replace("~\n", "~").replace("~", terminator) for text in texts]
    apart = [event for text in texts for event in from_bytes(text.encode())]
    assert len(apart) == 3
    assert from_bytes("".join(texts).encode()) == apart


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "~\n"])
def test_blank_lines_are_not_counted_as_segments(terminator: str) -> None:
    text = TEXT.replace("~\n", "~").replace("~", terminator)
    blank = "\r\n" if terminator == "\r\n" else "\n"
    # As many as once took the square of their number.
    many = text.replace("SE*", f"{blank * 300_000}SE*", 1) + blank * 300_000
    tally = Tally()
    events = [event for _, event in read_claims(io.BytesIO(many.encode()), READING, tally)]
    assert events == CLAIMS
    assert not tally.warnings


def test_a_header_that_is_not_padded() -> None:
    trimmed = "ISA*00**00**ZZ*SENDER*ZZ*PLAN*250310*0615*^*00501*000000009*0*T*:~"
    assert from_bytes((trimmed + TEXT.removeprefix(isa())).encode()) == CLAIMS


@pytest.mark.parametrize("size", [1, 2, 7, 105, 106, 107, 1000])
def test_chunks_of_any_size(size: int) -> None:
    for text in (TEXT, TEXT.replace("~\n", "~"), seeds()[3]):
        data = text.encode()
        whole = list(read_claims(io.BytesIO(data), READING))
        assert list(read_claims(Slow(data, size), READING)) == whole  # type: ignore[arg-type]


def test_interchanges_with_other_delimiters_in_one_file() -> None:
    other = TEXT.replace("*", "|").replace(":", "^").replace("MEMBERK1", "M2")
    other = other.replace("~\n", "!").replace("~", "!")
    last = TEXT.replace("MEMBERK1", "M3")
    events = from_bytes((TEXT + other + "\ufeff" + last).encode())
    members = [event.member_id for event in events if isinstance(event, ClaimEvent)]
    assert members == ["MEMBERK1", "MEMBERK1", "M2", "M2", "M3", "M3"]


def test_a_file_behind_one_that_was_cut() -> None:
    cut = TEXT[: TEXT.index("REF*6R*LINEK2A") + 9]
    last = TEXT.replace("MEMBERK1", "M3")
    events = from_bytes((cut + last).encode())
    members = [event.member_id for event in events if isinstance(event, ClaimEvent)]
    assert members == ["MEMBERK1", "M3", "M3"]
    assert len(events) == 4


def test_a_name_with_the_letters_of_a_header() -> None:
    text = TEXT.replace("EXAMPLE HEALTH PLAN", "ISA VISA LISA*").replace("ACCOUNTK1", "ISA")
    (first, _) = from_bytes(text.encode())
    assert isinstance(first, ClaimEvent)
    assert first.claim_id == "ISA"


def test_the_end_may_lack_its_terminator() -> None:
    whole = interchange(transaction([*office("K1")])).rstrip("~\n")
    assert len(from_bytes(whole.encode())) == 1
    no_envelope = TEXT[: TEXT.index("GE*")].rstrip("~\n")
    assert from_bytes(no_envelope.encode()) == CLAIMS


def test_a_segment_has_a_longest_length_however_it_comes() -> None:
    for text in ("A" * (LONGEST_SEGMENT + 1), "A" * 400_000):
        data = (isa() + f"GS*HC~{text}~ST*837~").encode()
        for file in (io.BytesIO(data), Slow(data, 999)):
            segments = [x for block in read_blocks(file) for x in block.segments]  # type: ignore[arg-type]
            assert [x for x in segments if x] == ["GS*HC", TOO_LONG, "ST*837"]
    blank = (isa() + "GS*HC~" + "\r\n " * 100_000 + "ST*837~").encode()
    segments = [x for block in read_blocks(io.BytesIO(blank)) for x in block.segments]
    assert [x for x in segments if x] == ["GS*HC", "ST*837"]


@pytest.mark.parametrize(
    "head", [b"", b"ISA", b"ISABEL*", b"{}", b"Obj\x01", b'{"ISA*": 1}', b"\xff\xfe{\0", b"ISA 00"]
)
def test_what_is_not_x12(head: bytes) -> None:
    assert not looks_like_x12(head)
