"""Reading files of claims and reviews, for every command that takes them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property

from stream_edits.codec.container import read_events_container
from stream_edits.codec.container_blocks import check_codec
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.files import Form, Opened, json_documents
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.jsonl import BadLine, read_events_in_documents, read_events_jsonl
from stream_edits.codec.x12 import NotX12, Reading, Tally
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.commands.files.input_files import (
    BadFiles,
    InputFile,
    folders_not_read,
    inputs_of,
    others_not_read,
)
from stream_edits.commands.files.x12_files import read_x12_events, say_summary
from stream_edits.commands.files.x12_options import BadX12Option, reading_of
from stream_edits.commands.progress import Progress
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.text import verb

_Event = ClaimEvent | ReviewEvent | BadLine
# The number of an event in its file, its place in words, and the event.
_Placed = Iterator[tuple[int, str, _Event]]
_DEFAULT = FileOptions()
_NO_X12 = "X12 options were given, but the file is not X12 (it does not start with ISA)"


def limit_reached(bad: int) -> str:
    """What is said when the reading ends early."""
    return f"stopped after {bad} that {verb(bad)} not valid; --max-errors 0 reads on to the end"


class Events:
    """The claims and reviews of files, each with its place; those that are not valid are reported.

    So are files that turn out to be unusable; the next ones are read. Iterating ends at the end of
    the last file, or after as many faults as the options allow. ``bad`` counts them. ``progress``
    counts what was decided, for the summary.
    """

    def __init__(
        self, inputs: Sequence[InputFile], options: FileOptions, progress: Progress
    ) -> None:
        self.progress = progress
        self._inputs, self._options = inputs, options
        # The time of every record: the clock at the start of the reading.
        self._started_ms = time.time_ns() // 1_000_000
        # Pipes that were opened already, because what the first one is must be known at once.
        self.opened: dict[InputFile, Opened] = {}
        # What was counted in all X12 files.
        self._tally = Tally()
        self._x12_files = 0
        # Where the last event stands.
        self._place = ""

    @property
    def bad(self) -> int:
        """How many records were not valid, or refused, and how many files could not be read."""
        return self.progress.refused + self.progress.unread_files

    @property
    def is_at_its_limit(self) -> bool:
        """Whether the reading ends early."""
        return 0 < self._options.max_errors <= self.bad

    @cached_property
    def x12(self) -> Reading:
        """How X12 files are read. Raises BadX12Option."""
        return reading_of(self._options.x12, self._started_ms)

    def refuse(self, source: Source, error_class: str, message: str) -> None:
        """Report that a stage does not take the event that was given last, of ``source``."""
        self._report(source.topic, BadLine(source.offset, error_class, message))

    def __iter__(self) -> Iterator[tuple[Source, ClaimEvent | ReviewEvent]]:
        yield from self._of_all()
        if self._x12_files:
            say_summary(self._tally, self.x12, self._x12_files, self.progress)

    def _of_all(self) -> Iterator[tuple[Source, ClaimEvent | ReviewEvent]]:
        for each in self._inputs:
            for number, place, event in self._of(each):
                self._place = place
                if isinstance(event, BadLine):
                    self.progress.count(event.records)
                    self._report(each.name, event)
                else:
                    self.progress.count()
                    yield Source(each.name, 0, number), event
                if self.is_at_its_limit:
                    break
            if self.is_at_its_limit:
                self.progress.say(limit_reached(self.bad))
                return

    def _of(self, file: InputFile) -> _Placed:
        before, bad = self.progress.read, self.bad
        try:
            with ExitStack() as stack:
                found = self.opened.get(file)
                if found is None:
                    found = stack.enter_context(file.opened(self.progress.add_bytes))
                if found.said:
                    self.progress.say(f"{file.shown}: read as {', '.join(found.said)}")
                yield from self._read(found)
        except NotX12 as error:
            self.progress.refuse_file(f"{file.shown}: {error.message}")
        except BadFiles as error:
            # A pipe after the first one: what it is was not known before.
            self.progress.refuse_file(str(error))
        if (self.progress.read, self.bad) == (before, bad):
            what = "the file is empty" if file.size == 0 else "no claims or reviews in it"
            self.progress.say(f"{file.shown}: {what}")

    def _read(self, file: Opened) -> _Placed:
        """Up to the place after which the file cannot be read. Raises NotX12."""
        try:
            yield from self._records(file)
        except NotX12:
            raise
        except Undecodable as error:
            yield 0, "after that", BadLine(0, error.error_class, error.message)

    def _records(self, file: Opened) -> _Placed:
        if file.form is Form.X12:
            self._x12_files += 1
            return read_x12_events(file.stream, self.x12, self._tally)
        if file.form is Form.CONTAINER:
            return self._taken_in(_by_line(read_events_container(file.stream)))
        if file.form is Form.LINES:
            return self._taken_in(_by_line(read_events_jsonl(file.stream)))
        return self._taken_in(read_events_in_documents(json_documents(file.stream)))

    def _taken_in(self, events: _Placed) -> _Placed:
        for number, place, event in events:
            try:
                if isinstance(event, ReviewEvent):
                    check_review(event, self._started_ms)
                elif isinstance(event, ClaimEvent):
                    check_taken_in(event, self._started_ms)
            except Undecodable as error:
                event = BadLine(number, error.error_class, error.message)
            yield number, place, event

    def _report(self, name: str, bad: BadLine) -> None:
        where = f"{name}: {self._place}" if len(self._inputs) > 1 else self._place
        self.progress.refuse(f"{where}: {bad.error_class}: {bad.message}", bad.records)


def _by_line(events: Iterator[tuple[int, _Event]]) -> _Placed:
    for number, event in events:
        yield number, f"line {number}", event


@contextmanager
def open_events(files: Sequence[str], options: FileOptions = _DEFAULT) -> Iterator[Events]:
    """The claims and reviews of files, one after another: JSON lines or an array, Avro, X12 837.

    The first bytes of each tell which, and whether it is packed or in UTF-16. ``-`` is standard
    input, a folder stands for its files. Raises BadFiles for a file that cannot be read at all,
    BadX12Option if the options do not fit the files, before the first event.
    """
    inputs = inputs_of(files)
    sizes = [each.size for each in inputs]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with ExitStack() as stack:
        progress = Progress(options.progress, total, unit="claims and reviews")
        events = Events(inputs, options, progress)
        forms = set()
        for each in inputs:
            if each.can_be_read_twice:
                with each.opened() as found:
                    forms.add(found.form)
                    if found.form is Form.CONTAINER:
                        check_codec(found.stream)
            elif not events.opened:
                found = stack.enter_context(each.opened(progress.add_bytes))
                events.opened[each] = found
                forms.add(found.form)
        if Form.X12 in forms:
            # Check the options before reading.
            _ = events.x12
        elif options.x12.given:
            raise BadX12Option(_NO_X12)
        stack.enter_context(progress)
        progress.say_each(folders_not_read(files))
        for other in others_not_read(files):
            progress.refuse_file(other)
        yield events
