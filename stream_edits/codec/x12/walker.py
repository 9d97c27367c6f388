"""Goes through the segments of a file, and makes a claim of what stands in its loops."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from stream_edits.domain.claim import ClaimForm

from .delimiters import Delimiters
from .envelopes import Envelopes
from .found_claim import FoundClaim, Transaction, UnfinishedClaim, Values, element
from .levels import MISSING_HL, Levels
from .loops import (
    CLAIM,
    LEVELS,
    LINE,
    LOST_CLAIM,
    NOWHERE,
    OUTSIDE,
    TOO_LONG,
    UNSURE_PAYER_LOOPS,
)
from .reading import Reading, Tally
from .results import Placed, Results
from .segment_values import CONTRADICTED, known_starts
from .steps import AllSteps, Steps, contradiction

MISSING_SE = "a missing SE"
NO_CLAIM = "a transaction set without a claim (CLM)"
ANOTHER_SET = "another transaction set (not an 837P or 837I of version 5010)"
_MOST_LINES = 9_999

_NOTHING: list[Placed] = []


class Walker:
    """One file's state: its envelopes, the loop of the last segment, and the open claim."""

    def __init__(self, reading: Reading, tally: Tally) -> None:
        self._results = Results(reading, tally)
        self.has_started = self.has_transactions = self._is_open = False
        self._envelopes = Envelopes(tally.warnings)
        self._use(Delimiters("*", ":", "~"))
        # Segments: of the file, before the transaction.
        self._at = self._before = 0
        self._transaction: Transaction | None = None
        self._form: ClaimForm | None = None
        self._levels = Levels()
        self._open: UnfinishedClaim | None = None
        self._forget_loops()
        self._acts: dict[str, Callable[[list[str]], list[Placed] | None]] = {
            "TA1": lambda elements: None,
            "GS": partial(self._turn, self._envelopes.begin_group),
            "ST": self._start_transaction,
            "BHT": self._begin,
            "HL": self._start_level,
            "CLM": self._start_claim,
            "SE": self._end_transaction,
            "GE": partial(self._turn, self._envelopes.end_group),
            "IEA": partial(self._turn, self._envelopes.end_interchange),
            TOO_LONG: self._lose_segment,
        }

    def start_interchange(self, header: list[str], delimiters: Delimiters) -> list[Placed]:
        """Begin with an ISA. Returns what was refused because it came too early."""
        done, self.has_started = self.end_file(), True
        if delimiters != self._all_steps.delimiters:
            self._use(delimiters)
        self._envelopes.begin_interchange(header)
        self._results.start_interchange()
        return done

    def _use(self, delimiters: Delimiters) -> None:
        self._all_steps, self._starts = AllSteps(delimiters), known_starts(delimiters.element)

    def walk(self, segments: Iterable[str]) -> Iterator[Placed]:
        """Go on by the segments of a block. Gives the claims that end in it."""
        starts, acts, mark = self._starts, self._acts, self._all_steps.delimiters.element
        known, target, at = self._steps.known, self._target, self._at
        for at, segment in enumerate(segments, self._at + 1):
            step = known.get(segment)
            if step is None:
                if segment[:3] not in starts:
                    if not self._is_open:
                        self._envelopes.find_text()
                    continue
                elements, self._at = segment.split(mark), at
                act = acts.get(elements[0])
                if act is not None:
                    yield from act(elements) or ()
                    known, target = self._steps.known, self._target
                    continue
                step = self._steps.of(segment, elements)
            begun, values, whole, fault = step
            if begun is not None:
                yield from self._move(begun)
                known, target = begun.known, self._target
            if target.keys().isdisjoint(values):
                target.update(values)
            else:
                fault = fault or contradiction(segment, values, target, mark)
            if whole is not None:
                target.setdefault(whole[0], []).append(whole[1])
            if fault is not None:
                self._find_fault(fault)
                known, target = self._steps.known, self._target
        self._at = at

    def refuse_rest(self, reason: str) -> list[Placed]:
        """What follows cannot be read."""
        return self._cut_off() + self._results.refuse(None, reason)

    def _start_transaction(self, elements: list[str]) -> list[Placed]:
        done = self._cut_off()
        self.has_transactions = self._is_open = True
        self._results.start_transaction()
        self._before = self._at - 1
        form = self._form = self._envelopes.begin_set(elements)
        self._forget_loops()
        if form is None:
            return done + self._results.refuse(None, ANOTHER_SET)
        component = self._all_steps.delimiters.component
        self._transaction = Transaction(form, self._envelopes.lineage, component)
        return done

    def _begin(self, elements: list[str]) -> None:
        if not self._is_open:
            self._envelopes.find_text()
        elif self._transaction is not None:
            batch = element(elements, 3), element(elements, 4), element(elements, 5)
            self._transaction = self._transaction._replace(batch=batch)

    def _start_level(self, elements: list[str]) -> list[Placed]:
        if not self._is_open:
            self._envelopes.find_text()
            return _NOTHING
        if self._open and self._levels.has_gap(elements):
            self._find_fault(MISSING_HL)
        done, level = self._close(), LEVELS.get(element(elements, 3), NOWHERE)
        self._enter(level, self._levels.start(level, elements))
        return done

    def _start_claim(self, elements: list[str]) -> list[Placed]:
        # It may be the subscriber's loop, whose HL is missing.
        lost = self._steps.loop in UNSURE_PAYER_LOOPS
        done = self._close()
        self._results.start_claim()
        if not self._is_open:
            self._envelopes.find_claim()
            return done + self._results.refuse(self._results.claims, "outside a transaction set")
        if self._transaction is None:
            return done
        levels = self._levels
        if lost:
            levels.subscriber = {}
        found = FoundClaim(
            self._transaction,
            self._results.place,
            levels.provider,
            levels.subscriber,
            levels.dependent,
        )
        self._open = UnfinishedClaim(self._results.claims, found)
        if self._all_steps.delimiters.are_contradicted:
            found.fault = CONTRADICTED
        self._enter(CLAIM, found.values)
        values, _, fault = self._steps.taken(elements)
        found.values.update(values)
        found.fault = found.fault or fault
        return done

    def _move(self, begun: Steps) -> list[Placed]:
        if begun.loop == NOWHERE:
            done = self._close()
            self._forget_loops()
            return done
        self._steps = begun
        if begun.loop == LINE and self._open is not None:
            line: Values = {}
            self._target = line
            if len(self._open.found.lines) >= _MOST_LINES:
                self._find_fault("more lines than a claim can have")
            else:
                self._open.found.lines.append(line)
        return _NOTHING

    def _enter(self, loop: str, target: Values) -> None:
        self._steps, self._target = self._all_steps.of(self._form, loop), target

    def _forget_loops(self) -> None:
        self._levels.forget()
        self._enter(NOWHERE if self._is_open else OUTSIDE, {})

    def _find_fault(self, fault: str) -> None:
        """Of the open claim, or else of all claims of the provider or the subscriber."""
        if self._open is not None:
            self._open.found.fault = self._open.found.fault or fault
        elif not self._is_open:
            self._envelopes.find_text()
        elif fault == LOST_CLAIM:
            self._open_lost_claim()
        else:
            self._target.setdefault("fault", fault)

    def _open_lost_claim(self) -> None:
        """Begin the claim that the segments belong to, so that it is refused. It has no number."""
        if self._transaction is not None:
            place = self._results.place
            lost = FoundClaim(self._transaction, place, {}, {}, None, fault=LOST_CLAIM)
            self._open = UnfinishedClaim(None, lost)
            self._enter(CLAIM, lost.values)

    def _lose_segment(self, elements: list[str]) -> None:
        self._find_fault("a segment that is too long")
        if self._open is None:
            self._levels.lose_segment()

    def _end_transaction(self, elements: list[str]) -> list[Placed]:
        done = self._close()
        if self._transaction is not None and self._results.is_empty:
            done = self._results.refuse(None, NO_CLAIM)
        if self._is_open:
            self._envelopes.end_set(elements, self._at - self._before)
        self._is_open = False
        self._forget_loops()
        return done

    def _turn(self, act: Callable[[list[str]], str | None], elements: list[str]) -> list[Placed]:
        """Go on by an envelope; ``act`` says why what it ends is refused."""
        done = self._cut_off()
        return done + self._results.refuse_text(act(elements))

    def end_file(self) -> list[Placed]:
        """What was refused because the interchange ends without IEA."""
        return self._turn(self._envelopes.end_interchange, [])

    def _cut_off(self) -> list[Placed]:
        """End a transaction set that has no SE yet: its last claim may not be whole."""
        done = self._results.refuse_text(self._envelopes.unread())
        if self._is_open and self._transaction is not None:
            number = None if self._open is None else self._open.number
            done += self._results.refuse(number, MISSING_SE)
        self._is_open, self._transaction, self._open = False, None, None
        self._forget_loops()
        return done

    def _close(self) -> list[Placed]:
        """End the open claim, which is whole."""
        opened, self._open = self._open, None
        return _NOTHING if opened is None else self._results.of(opened)
