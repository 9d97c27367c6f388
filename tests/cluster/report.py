"""What a run of the cases counted, and how docs/cluster.md says it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.cluster.build import DEFINITIONS, ETCD, KUBERNETES, KWOK

# The faults that a control plane found in the chart, in the order of the report that had them.
FAULTS = {
    1: "turning autoscaling on drops every StatefulSet to one pod",
    2: "an upgrade after `kubectl scale` fails half-applied",
    3: "the hook of an upgrade runs under the old NetworkPolicy",
    4: "names that no Service can have fail after the topics job has run",
    5: "names and values like `4711`, `on` and `1e5` are not strings",
    6: "the pod of `helm test` ignores nodeSelector and tolerations",
    7: "two releases collide in a namespace that they share",
    8: "a PodDisruptionBudget blocks the eviction of pods that are not ready",
    9: "each version of the chart restarts every pod",
    10: "a failed job stays after the uninstallation",
    11: "Helm's timeout hides why the job failed",
    12: "a changed nameOverride fails half-applied",
    13: "a secret in extraObjects that the hook reads blocks the installation",
    14: "a quota on limits.cpu blocks the job until its deadline",
    15: "the schema accepts what the API server refuses",
    16: "an IPv6 address of a broker opens a wrong port",
}


@dataclass
class Counts:
    """Filled by the cases while they run."""

    helm: int = 0
    requests: int = 0
    objects: set[str] = field(default_factory=set)
    memory: dict[str, int] = field(default_factory=dict)
    values_files: list[str] = field(default_factory=list)
    answers: dict[int, list[str]] = field(default_factory=dict)
    mutants: dict[str, str] = field(default_factory=dict)

    def answer(self, fault: int, words: str) -> None:
        """Note what the API server (or the schema) answered in the case of a fault."""
        self.answers.setdefault(fault, []).append(words)


COUNTS = Counts()


def lines(counts: Counts, passed: int, seconds: float) -> Iterator[str]:
    """The Markdown lines of a run in which every case passed."""
    definitions = " and ".join(f"{each.module} {each.version}" for each in DEFINITIONS)
    yield (
        f"Kubernetes {KUBERNETES}, etcd {ETCD}, kwok {KWOK}, custom resources of {definitions}. "
        f"{passed} cases passed and 0 failed in {seconds:.0f} s: {counts.helm} Helm actions, "
        f"{len(counts.objects)} live objects compared, {counts.requests} requests beside Helm's. "
        f"Peak memory of the control plane: {sum(counts.memory.values()) / 2**20:.0f} MiB."
    )
    yield ""
    files = ", ".join(f"`{name}-values.yaml`" for name in counts.values_files)
    yield f"Values files, each through its whole life: {files}."
    yield ""
    yield "| fault | what it was | what is answered now |"
    yield "|--:|---|---|"
    for number, fault in FAULTS.items():
        yield f"| {number} | {fault} | {'; '.join(counts.answers[number])} |"
    yield ""
    yield "| the chart with | is shown as |"
    yield "|---|---|"
    for mutant, shown in counts.mutants.items():
        yield f"| {mutant} | {shown} |"


def missing(counts: Counts, values_files: list[str]) -> list[str]:
    """What a complete run has and this one does not."""
    faults = [f"fault {number}" for number in FAULTS if number not in counts.answers]
    return faults + [name for name in values_files if name not in counts.values_files]
