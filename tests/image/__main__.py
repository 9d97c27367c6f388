"""`make image-test`: build the image, run it as in Kubernetes, and write the log into docs/."""

from stream_edits import __version__
from tests.broker import running_broker
from tests.image.podman import OFFICIAL, ROOT, podman_for
from tests.image.trial import Trial
from tests.written_counts import write_counts

REPORT = ROOT / "docs" / "image.md"


def main() -> None:
    """Exit with a message and 1 when a check fails, or 2 when a tool is missing."""
    with podman_for("image-test") as podman:
        base = podman.base()
        tag = f"localhost/stream-edits:{__version__}"
        podman.build(tag, base, [f"VERSION={__version__}"])
        trial = Trial(podman, tag)
        with running_broker(podman.folder / "kafka") as brokers:
            trial.of_commands()
            trial.of_the_service(brokers)
            trial.of_the_chart(brokers)
    write_counts("image", [_base_line(base), "", "```console", *trial.log, "```"], REPORT)
    print("\n".join(trial.log))


def _base_line(base: str) -> str:
    if base.endswith(OFFICIAL):
        return f"Base image: {OFFICIAL}."
    return (
        f"Base image: a stand-in, Debian 12 with its own Python 3.11, for {OFFICIAL} could not be "
        "pulled."
    )


if __name__ == "__main__":
    main()
