"""A number that no claim could be judged by is refused when the overlay is read."""

from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies

NEEDED = '{{"96365": {{at_least: 16, each_further_unit: {value}}}}}'


def overlay(tmp_path: Path, edit: str, name: str, value: str) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(
        f"edits:\n  {edit}:\n    {name}:\n      2026-01-01:\n        reference: a memo\n"
        f"        value: {value}\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize(
    ("edit", "name", "value"),
    [
        ("incomplete-claim-form", "longest_days", "1.0e10"),
        ("incomplete-claim-form", "longest_days", "367"),
        ("incomplete-claim-form", "longest_days", ".inf"),
        ("incomplete-claim-form", "longest_days", "0"),
        ("incomplete-claim-form", "longest_days", "-1"),
        ("unclassified-drug-incomplete", "ndc_segments", "[4294967295]"),
        ("unclassified-drug-incomplete", "ndc_segments", "[5, 0, 2]"),
        ("unclassified-drug-incomplete", "ndc_segments", "[4, 4, 2]\n        replace: true"),
        ("unclassified-drug-incomplete", "ndc_segments", "[]\n        replace: true"),
        ("units-over-maximum", "maximum_units", '{"96361": .inf}'),
        ("units-over-maximum", "maximum_units", '{"96361": .nan}'),
        ("documented-time-too-short", "minutes_needed", '{"96365": {at_least: 527041}}'),
        ("documented-time-too-short", "minutes_needed", NEEDED.format(value="0")),
        ("documented-time-too-short", "minutes_needed", NEEDED.format(value="9" * 400)),
        ("hydration-concurrent", "minutes_needed", '{"96360": {at_least: -1}}'),
    ],
)
def test_it_is_refused_with_its_line(tmp_path: Path, edit: str, name: str, value: str) -> None:
    with pytest.raises(PolicyError, match=rf"plan\.yaml:\d+: edits\.{edit}\.{name}"):
        load_policies(overlay(tmp_path, edit, name, value))


@pytest.mark.parametrize(
    ("edit", "name", "value"),
    [
        ("incomplete-claim-form", "longest_days", "366"),
        ("incomplete-claim-form", "longest_days", "0.5"),
        ("unclassified-drug-incomplete", "ndc_segments", "[11]\n        replace: true"),
        ("units-over-maximum", "maximum_units", '{"96361": 1.0e6}'),
        ("documented-time-too-short", "minutes_needed", NEEDED.format(value="527040")),
    ],
)
def test_the_largest_that_can_be_judged_by_is_taken(
    tmp_path: Path, edit: str, name: str, value: str
) -> None:
    load_policies(overlay(tmp_path, edit, name, value))
