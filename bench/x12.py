"""How fast `convert` reads X12 837 files, and the memory that it takes.

`python -m bench.x12 1000` makes a file of 1000 MB with one transaction of made-up claims, converts
it twice, and says the megabytes a second of processor time, the most memory, and whether both
outputs are the same bytes.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.x12.samples import PROVIDER, interchange, office, subscriber, transaction

_MB = 1_000_000
_OPTIONS = ("--line-of-business", "MEDI_CAL", "--claim-id", "CLM01")


def main(megabytes: str = "100") -> int:
    """Print the figures of each of two runs. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        file, output = Path(folder) / "claims.837", Path(folder) / "claims.jsonl"
        size = _write(file, int(megabytes) * _MB)
        digests = set()
        before = 0.0
        for _ in range(2):
            command = [sys.executable, "-m", "stream_edits", "convert", str(file), *_OPTIONS]
            subprocess.run([*command, "--output", str(output)], check=True)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = used.ru_utime + used.ru_stime - before
            before += seconds
            with output.open("rb") as made:
                digests.add(hashlib.file_digest(made, "sha256").hexdigest())
            print(
                f"{size / _MB:,.0f} MB in {seconds:.0f} s of one core: {size / _MB / seconds:.1f} "
                f"MB/s, at most {used.ru_maxrss / 1024:.0f} MiB of memory"
            )
    print("same bytes" if len(digests) == 1 else "other bytes")
    return 0 if len(digests) == 1 else 1


def _write(file: Path, size: int) -> int:
    """One transaction of claims, each of a member of its own, in at least that many bytes."""
    mark = "~\nSE*"
    head, tail = interchange(transaction(PROVIDER)).split(mark)
    written = number = 0
    with file.open("w", encoding="ascii") as out:
        written += out.write(f"{head}~\n")
        while written < size:
            number += 1
            claim = (*subscriber(f"K{number}", number + 1), *office(f"K{number}"))
            written += out.write("".join(f"{segment}~\n" for segment in claim))
        out.write(f"SE*{tail}")
    return os.path.getsize(file)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
