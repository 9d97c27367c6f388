"""The process of a contender: ``python -m bench.contender NAME``, with its job on stdin."""

import importlib
import json
import sys

from bench.job import Job
from stream_edits.settings import Settings


def main(name: str) -> None:
    """Run the contender ``name``, with an optional variant: ``bare`` or ``bare:bytes``."""
    given = json.load(sys.stdin)
    job = Job(Settings(**given["settings"]), given["input_topic"], given["records"])
    module, _, variant = name.partition(":")
    run = importlib.import_module(f"bench.contenders.{module}").run
    if variant:
        run(job, variant)
    else:
        run(job)


if __name__ == "__main__":
    main(sys.argv[1])
