"""One control plane for all cases, and a new namespace for each."""

import fcntl
import itertools
import re
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.cluster.api import KINDS, Api, ApiError, Object, until
from tests.cluster.build import BUILT, CRDS, build
from tests.cluster.control_plane import ControlPlane, is_true
from tests.cluster.processes import stop_leftovers
from tests.cluster.report import COUNTS
from tests.cluster.space import SHARED, Space

_NUMBERS = itertools.count(1)
# Longer than Helm's own timeout in Space.
SECONDS = 240


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case may take several Helm actions."""
    for item in items:
        if item.path.name.startswith("on_"):
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    """The running control plane, with the custom resources of KEDA and the Prometheus Operator."""
    build()
    folder = BUILT / "run"
    with (BUILT / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The processes of a run that was killed, and what it left.
        stop_leftovers(folder)
        shutil.rmtree(folder, ignore_errors=True)
        with ControlPlane(folder) as running:
            _prepare(running)
            yield running
            COUNTS.memory = running.resident_bytes()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def api(plane: ControlPlane) -> Iterator[Api]:
    client = plane.api()
    yield client
    COUNTS.requests = client.requests


@pytest.fixture
def space(make_space: Callable[..., Space]) -> Space:
    """A new namespace."""
    return make_space()


@pytest.fixture
def make_space(
    plane: ControlPlane, api: Api, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Space]]:
    """Makes namespaces, named after the case, and deletes them after it."""
    made: list[Space] = []

    def make(release: str = "edits") -> Space:
        words = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())
        name = f"{words[:40].strip('-')}-{next(_NUMBERS)}"
        new = Space(plane, api, name, COUNTS, release)
        new.create()
        made.append(new)
        return new

    yield make
    for each in made:
        # Objects in SHARED belong to the release and not to its namespace.
        each.helm("uninstall", "--ignore-not-found")
        api.delete(f"/api/v1/namespaces/{each.name}")


def _prepare(plane: ControlPlane) -> None:
    api = plane.api()
    space = Space(plane, api, SHARED, COUNTS)
    space.create()
    done = space.kubectl("apply", "--server-side", "--filename", str(CRDS))
    assert done.returncode == 0, done.stdout
    until(lambda: _established(space), "the custom resources are established", 60)
    priority: Object = {"metadata": {"name": "claims"}, "value": 1000}
    api.create("/apis/scheduling.k8s.io/v1/priorityclasses", priority)


def _established(space: Space) -> bool:
    """Whether the API server keeps objects of every kind: a definition comes before its storage."""
    found = space.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    if not found or not all(is_true(each, "Established") for each in found):
        return False
    try:
        return all(space.objects(kind) is not None for kind in KINDS)
    except ApiError:
        return False
