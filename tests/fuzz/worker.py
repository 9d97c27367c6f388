"""One process that fuzzes one target: `python -m tests.fuzz.worker TARGET HOW INPUTS SEED FOLDER`.

HOW is `guided`, by the coverage of our code, which builds a corpus from the seeds; or `mutated`,
which changes inputs of that corpus without measuring coverage. The counts are written to
FOLDER/TARGET-HOW.json regularly, so that they survive a kill.
"""

import hashlib
import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.mutating import Mutations

# The most that an input may take: far more than any needs, in CPU time of this process, so that a
# busy machine does not look like a hang.
_MOST_CPU_S = 10
_MOST_MEMORY = 4 << 30
_LONGEST = {"frame": 2000, "avro": 2000, "json": 3000, "policy": 1200}
_WRITE_EVERY = 500
_KEPT_DEFECTS = 20
_FOLLOWED = (
    "stream_edits.codec",
    "stream_edits.app.processors",
    "stream_edits.domain.claim",
    "stream_edits.policies.policy",
    "stream_edits.strict_yaml",
    "stream_edits.engine.batches.batch",
)


class Hang(BaseException):
    """An input took too long."""


class Counts:
    """The outcomes of the inputs so far."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.inputs = 0
        self.outcomes: Counter[str] = Counter()
        self.crashes = 0
        self.hangs = 0

    def write(self) -> None:
        """Replace the file atomically."""
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps({k: v for k, v in vars(self).items() if k != "_file"}), "utf-8")
        new.replace(self._file)


class Watchdog:
    """Raises Hang in an input that takes more than _MOST_CPU_S of CPU time."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._seen = (-1, 0)
        signal.signal(signal.SIGVTALRM, self._tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, 1.0, 1.0)

    def _tick(self, signum: int, frame: FrameType | None) -> None:
        number, ticks = self._seen
        ticks = ticks + 1 if number == self._counts.inputs else 0
        self._seen = (self._counts.inputs, ticks)
        if ticks >= _MOST_CPU_S:
            raise Hang


class Feeding:
    """Feeds one target the given number of inputs, then ends the process."""

    def __init__(self, name: str, how: str, inputs: int, folder: Path) -> None:
        from tests.fuzz.targets import TARGETS

        self._name, self._folder, self._inputs = name, folder, inputs
        self._target = TARGETS[name]
        self._target(b"")  # one-time work must not count for the first input
        self._counts = Counts(folder / f"{name}-{how}.json")
        Watchdog(self._counts)

    def feed(self, data: bytes) -> None:
        """Run one input; count its outcome, and keep it when it is a defect."""
        counts = self._counts
        counts.inputs += 1
        try:
            counts.outcomes[self._target(data)] += 1
        except Hang:
            counts.hangs += 1
            _keep(self._folder, self._name, data)
        except BaseException:
            counts.crashes += 1
            _keep(self._folder, self._name, data)
        if counts.inputs % _WRITE_EVERY == 0:
            counts.write()
        if counts.inputs >= self._inputs or counts.crashes + counts.hangs >= _KEPT_DEFECTS:
            counts.write()
            os._exit(0)


def guided(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Fuzz by coverage; never returns."""
    import atheris

    _follow_generated_code(atheris)
    with atheris.instrument_imports(include=list(_FOLLOWED), enable_loader_override=False):
        from tests.fuzz.seeds import SEEDS
    corpus = folder / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in SEEDS[name]():
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    feeding = Feeding(name, "guided", inputs, folder)
    options = [f"-max_len={_LONGEST[name]}", f"-seed={seed}", "-verbosity=0"]
    # The watchdog limits the CPU time of an input.
    options += ["-report_slow_units=100000", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], str(corpus), *options], feeding.feed)
    atheris.Fuzz()


def mutated(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Mutate what the guided part has found; never returns."""
    corpus = [file.read_bytes() for file in sorted((folder / f"{name}-corpus").iterdir())]
    mutations = Mutations(corpus, seed, _LONGEST[name])
    feeding = Feeding(name, "mutated", inputs, folder)
    while True:
        feeding.feed(mutations.next())


def _follow_generated_code(atheris: Any) -> None:
    """Decoders are generated at run time; let their branches guide the fuzzer as well."""
    from stream_edits.codec.avro.source_text import SourceText

    made = SourceText.function
    SourceText.function = lambda self, signature: atheris.instrument_func(  # type: ignore[method-assign]
        made(self, signature)
    )


def _keep(folder: Path, name: str, data: bytes) -> None:
    """Keep the input and its traceback, for a regression test."""
    found = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}"
    found.with_suffix(".input").write_bytes(data)
    found.with_suffix(".txt").write_text(traceback.format_exc(), "utf-8")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    run = {"guided": guided, "mutated": mutated}[sys.argv[2]]
    run(sys.argv[1], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
