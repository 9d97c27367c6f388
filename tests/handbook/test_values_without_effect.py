"""Values of an overlay that have no effect beside the other values of their edit."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.loading.catalog import load_policies


def warnings(file: Path, edit_id: str, values: dict[str, str]) -> list[str]:
    """The warnings of values without effect, the first of which is on line 4."""
    lines = ["edits:", f"  {edit_id}:"]
    for name, value in values.items():
        lines += [f"    {name}:", f"      2026-01-01: {{reference: a memo, value: {value}}}"]
    file.write_text("\n".join(lines) + "\n")
    found = check_of(load_policies(), load_policies(file), file, date(2026, 3, 1)).warnings
    return [each for each in found if "is not among" in each]


SITE, PLACE = "multiple-initial-codes", "place-of-service-not-allowed"
NEW_DOCUMENT = "{requests: [order_sheet]}"
NEW_TYPE = '{add: ["85"]}'


@pytest.mark.parametrize(
    ("edit_id", "values", "problem"),
    [
        (SITE, {"second_site": NEW_DOCUMENT}, "second_site: no line is asked for order_sheet"),
        (
            PLACE,
            {"emergency_facility_types": NEW_TYPE},
            "emergency_facility_types: facility type 85 is not paid with any admission type",
        ),
    ],
)
def test_it_warns_once_of_a_value_without_effect(
    edit_id: str, values: dict[str, str], problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    (found,) = warnings(file, edit_id, values)
    assert found.startswith(f"{file}:4: {edit_id}.{problem}")


@pytest.mark.parametrize(
    ("edit_id", "values"),
    [
        (SITE, {"second_site": NEW_DOCUMENT, "documents": "{add: [order_sheet]}"}),
        (SITE, {"second_site": "{requests: [by_report]}"}),
        (SITE, {"documents": "{remove: [medical_justification]}"}),
        (PLACE, {"emergency_facility_types": NEW_TYPE, "facility_types": NEW_TYPE}),
        (PLACE, {"facility_types": NEW_TYPE}),
    ],
)
def test_it_does_not_warn_of_one_with_an_effect(
    edit_id: str, values: dict[str, str], tmp_path: Path
) -> None:
    assert warnings(tmp_path / "plan.yaml", edit_id, values) == []
