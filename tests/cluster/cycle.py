"""The life of a release, from its installation until nothing of it is left."""

from pathlib import Path

from tests.cluster.api import until
from tests.cluster.space import Space
from tests.helm.tool import CHART

STEPS = (
    "install", "helm test", "the same upgrade", "another tag", "rollback", "diff", "uninstall",
)  # fmt: skip
# The last value of a --set takes precedence over a digest in a values file.
NEXT = ("--set", "image.tag=next,image.digest=")


def live(space: Space, values: Path, chart: Path = CHART) -> None:
    """Install, test, upgrade to the same, upgrade to another tag, roll back, uninstall.

    Raises AssertionError with what was wrong.
    """
    before = space.versions()
    space.install(values, chart=chart)
    space.helm("test")
    installed = space.versions()
    assert not (left := changes(before, installed) & _hooks(space)), f"hooks are left: {left}"
    space.upgrade(values, chart=chart)
    changed = changes(installed, space.versions())
    assert not changed, f"the same upgrade changed {sorted(changed)}"
    space.upgrade(values, *NEXT, chart=chart)
    images = {each["spec"]["containers"][0]["image"] for each in space.pods().values()}
    assert {image.rpartition(":")[2] for image in images} == {"next"}, images
    space.helm("rollback", "1", "--wait")
    difference = space.diff()
    assert difference == "", f"the live objects differ after the rollback: {difference}"
    space.helm("uninstall", "--wait")
    until(lambda: not space.objects("Pod"), "the pods are gone")
    left = changes(before, space.versions())
    assert not left, f"the uninstallation left or changed {sorted(left)}"


def changes(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Which objects are new, gone or have another resource version."""
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


def _hooks(space: Space) -> set[str]:
    """The jobs, and the pods of `helm test`, that exist."""
    pods = set(space.objects("Pod")) - set(space.pods())
    return {f"Job/{name}" for name in space.objects("Job")} | {f"Pod/{name}" for name in pods}
