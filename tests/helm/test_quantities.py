"""A request above its limit is refused, in whichever units the two are written."""

from typing import Any

import pytest

from tests.helm.chart import Refused, container, render


@pytest.mark.parametrize(
    ("request_", "limit"),
    [("1Gi", "1024Mi"), ("1000m", "1"), (1, 1.5), ("1e9", "1G"), ("999M", "1Gi"), ("0.5", "500m")],
)
def test_a_request_up_to_its_limit_is_accepted(request_: object, limit: object) -> None:
    resources = {"requests": {"example.com/x": request_}, "limits": {"example.com/x": limit}}
    pod = next(iter(render({"resources": resources}).pods().values()))
    assert container(pod)["resources"]["limits"]["example.com/x"] == limit


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"resources": {"requests": {"memory": "3Gi"}, "limits": {"memory": "3000Mi"}}},
            "resources of encounter: the request of memory, 3Gi, is above its limit, 3000Mi",
        ),
        (
            {
                "stages": {
                    "review": {"resources": {"requests": {"cpu": 2}, "limits": {"cpu": "1.9"}}}
                }
            },
            "resources of review: the request of cpu, 2, is above its limit, 1.9",
        ),
        (
            {"topics": {"resources": {"limits": {"memory": "64Mi"}}}},
            "topics.resources: the request of memory, 128Mi, is above its limit, 64Mi",
        ),
        ({"resources": {"requests": {"cpu": "2 cores"}}}, "is not a quantity of Kubernetes"),
        ({"resources": {"limits": {"cpu": "2 cores"}}}, "is not a quantity of Kubernetes"),
    ],
)
def test_a_request_above_its_limit_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        render(values)
