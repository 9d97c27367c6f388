"""The life of a release with each values file in helm/stream-edits/ci."""

import pytest

from tests.cluster.cycle import live
from tests.cluster.report import COUNTS
from tests.cluster.space import Space
from tests.helm.chart import VALUE_SETS, read_values, values_file


@pytest.mark.parametrize("name", VALUE_SETS)
def test_a_release_lives_and_leaves_nothing(name: str, space: Space) -> None:
    account = read_values(values_file(name)).get("serviceAccount", {})
    if account.get("create") is False:
        space.add("ServiceAccount", account["name"])
    live(space, values_file(name))
    COUNTS.values_files.append(name)
