"""README's block for Kubernetes, as it is written there."""

from collections.abc import Callable

from tests.cluster.api import until
from tests.cluster.space import Space
from tests.readme.blocks import README, commands

_HELM = [command for command in commands(README) if command.startswith("helm ")]


def test_the_block_of_readme_installs_and_tests_the_chart(make_space: Callable[..., Space]) -> None:
    space = make_space("claims")
    assert [command.split()[1] for command in _HELM] == ["install", "test"]
    for command in _HELM:
        done = space.shell(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
    stages = {f"claims-stream-edits-{x}" for x in ("intake", "review", "encounter", "supervision")}
    assert space.replicas() == dict.fromkeys(stages, 2)
    until(lambda: len(space.pods()) == 2 * len(stages), "all pods exist")
