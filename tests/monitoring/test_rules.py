"""The alert rules: promtool accepts them, and each has a test and a section in the runbook."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stream_edits.metrics import declared
from tests.monitoring.programs import promtool
from tests.monitoring.promql import ROOT, RULES, Alert, alerts, selectors

CASES = sorted((ROOT / "tests" / "rules").glob("*.yaml"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def expectations() -> list[tuple[str, bool]]:
    """The alert of every expectation in the cases, and whether it must fire."""
    found = []
    for file in CASES:
        for test in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["tests"]:
            for expected in test["promql_expr_test"]:
                name = expected["expr"].split('"')[1]
                found.append((name, bool(expected["exp_samples"])))
    return found


def test_promtool_accepts_the_rules() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", str(RULES))


@pytest.mark.parametrize("cases", CASES, ids=lambda file: file.stem)
def test_alerts_fire_when_they_must_and_only_then(cases: Path) -> None:
    promtool("test", "rules", str(cases))


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
class TestEachAlert:
    def test_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(self, alert: Alert) -> None:
        assert {fires for name, fires in expectations() if name == alert.name} == {True, False}

    def test_says_what_it_means_and_what_to_do(self, alert: Alert) -> None:
        assert alert.severity in {"critical", "warning"}
        assert alert.annotations.keys() == {"summary", "description", "runbook_url"}
        file, _, anchor = alert.annotations["runbook_url"].partition("#")
        assert (file, anchor) == ("docs/runbook.md", alert.name.lower())
        section = RUNBOOK.partition(f"\n## {alert.name}\n")[2].partition("\n## ")[0]
        for part in ("**Means:**", "**Look at:**", "**Do:**"):
            assert part in section

    def test_asks_for_metrics_that_exist(self, alert: Alert) -> None:
        known = {metric.name for metric in declared()} | {"process_start_time_seconds"}
        assert set(selectors(alert.expression).values()) <= known


def test_the_runbook_knows_no_alert_that_does_not_exist() -> None:
    titles = {line.removeprefix("## ") for line in RUNBOOK.splitlines() if line.startswith("## ")}
    assert titles == {alert.name for alert in alerts()}


def test_a_case_that_expects_the_wrong_thing_fails(tmp_path: Path) -> None:
    wrong: dict[str, Any] = YAML(typ="safe").load(CASES[-1].read_text(encoding="utf-8"))
    wrong["rule_files"] = [str(RULES)]
    wrong["tests"] = wrong["tests"][:1]
    wrong["tests"][0]["promql_expr_test"][1]["exp_samples"] = []
    file = tmp_path / "wrong.yaml"
    YAML(typ="safe").dump(wrong, file)
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", str(file))
