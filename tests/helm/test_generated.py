"""The generated schema and README of the chart are current."""

import json

from stream_edits.settings import Settings
from tests.helm.generate import OWN, SCHEMA, schema
from tests.helm.tool import CHART, helm_docs


def test_the_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema(), "run `make chart`"


def test_the_readme_is_current() -> None:
    committed = (CHART / "README.md").read_text(encoding="utf-8")
    assert committed == helm_docs(CHART), "run `make chart`"


def test_every_value_has_a_description() -> None:
    rows = (CHART / "README.md").read_text(encoding="utf-8").partition("## Values")[2]
    table = [line for line in rows.splitlines() if line.startswith("| ")][1:]
    assert len(table) > 100
    assert [line for line in table if line.endswith("|  |")] == []


def test_every_setting_is_in_the_values_or_set_by_the_chart() -> None:
    known = set(schema()["properties"]["settings"]["properties"])
    assert known | OWN == set(Settings.model_fields)
    assert known & OWN == set()
