"""A code in an overlay has the form of the field of a claim that it is compared with."""

from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies


def overlay(file: Path, edit: str, value: str) -> Path:
    """An overlay with one value, which is on line 6."""
    edit_id, name = edit.split(".")
    file.write_text(
        f"edits:\n  {edit_id}:\n    {name}:\n      2024-12-03:\n        reference: a memo\n"
        f"        value: {value}\n"
    )
    return file


@pytest.mark.parametrize(
    ("edit", "value", "problem"),
    [
        (
            "vocabulary.visits",
            '{second_visit: "xe"}',
            '"xe" is not a modifier: write two digits or capital letters; did you mean "XE"?',
        ),
        ("vocabulary.visits", "{otherwise: XS1}", '"XS1" is not a modifier'),
        ("duplicate-service.further_visit", '"xe"', 'did you mean "XE"?'),
        ("duplicate-service.further_visit", "27", "in quotation marks"),
        ("duplicate-service.repeat_modifiers", '{add: ["5o"]}', 'did you mean "50"?'),
        # What was meant is known only by the entries beside it.
        ("vocabulary.separate_site_modifiers", '{add: ["X59"]}', 'did you mean "59"?'),
        (
            "duplicate-service.late_charges",
            '{add: ["05"]}',
            '"05" is not a frequency code: write one digit or capital letter; did you mean "5"?',
        ),
        (
            "place-of-service-not-allowed.emergency_admission_types",
            '{add: ["01"]}',
            '"01" is not an admission type: write one digit; did you mean "1"?',
        ),
        (
            "place-of-service-not-allowed.facility_types",
            '{add: ["085"]}',
            '"085" is not a facility type: write the first two digits of a type of bill; did you '
            'mean "85"?',
        ),
        # The policy names these codes elsewhere.
        ("place-of-service-not-allowed.places", '{add: ["96365"]}', "is not a place of service"),
        ("place-of-service-not-allowed.places", '{add: ["9"]}', "is not a place of service"),
        (
            "place-of-service-not-allowed.settings_not_reimbursed",
            '{a hospice: {places: ["034"]}}',
            '"034" is not a place of service: write two digits; did you mean "34"?',
        ),
        (
            "incomplete-claim-form.coded_revenue",
            '{add: ["336"]}',
            '"336" is not a revenue code: write four digits; did you mean "0336"?',
        ),
        ("incomplete-claim-form.inpatient_types", '{add: ["011"]}', 'did you mean "11"?'),
        ("unclassified-drug-incomplete.ndc_qualifiers", '{add: ["n4"]}', 'did you mean "N4"?'),
        ("unlisted-injection-as-supply.unclassified_drug", "j3490", 'did you mean "J3490"?'),
        ("documented-time-too-short.push_form", '{"96365": "9637"}', "is not a procedure code"),
        ("place-of-service-not-allowed.codes", '{add: ["96365-96367"]}', "is a range"),
        (
            "included-service.procedures",
            '{"99999": "00100"}',
            '"99999": "00100" is not a range: write its first code, then its last',
        ),
        (
            "included-service.procedures",
            '{"0042T": "99999"}',
            '"0042T": "99999" is not a range: both codes have their letters in one place',
        ),
        ("included-service.procedures", '{"D0100": "d9999"}', 'did you mean "D9999"?'),
        (
            "unclassified-drug-incomplete.details_document",
            "Invoice",
            '"Invoice" is not a kind of document: write it in lower case, without a space at an '
            'end; did you mean "invoice"?',
        ),
        ("multiple-initial-codes.documents", '{add: ["invoice "]}', 'did you mean "invoice"?'),
        ("by-report-missing.missing", "{requests: [By_Report]}", 'did you mean "by_report"?'),
    ],
)
def test_a_code_of_another_form_stops_the_start(
    tmp_path: Path, edit: str, value: str, problem: str
) -> None:
    file = overlay(tmp_path / "plan.yaml", edit, value)
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert str(refused.value).startswith(f"{file}:6: ")
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        ("vocabulary.visits", '{second_visit: "27", otherwise: "59"}'),
        ("duplicate-service.further_visit", '"XE"'),
        ("duplicate-service.late_charges", '{add: ["A"]}'),
        ("place-of-service-not-allowed.emergency_admission_types", '{add: ["5"]}'),
        ("place-of-service-not-allowed.facility_types", '{add: ["85"]}'),
        ("place-of-service-not-allowed.places", '{add: ["09"]}'),
        ("incomplete-claim-form.coded_revenue", '{add: ["0001"]}'),
        ("place-of-service-not-allowed.codes", '{add: ["0042T", "Z7610"]}'),
        ("included-service.procedures", '{"99100": "99100", "G0500": "G0599"}'),
        ("multiple-initial-codes.documents", "{add: [house form 7, attestation]}"),
    ],
)
def test_a_code_of_the_form_of_its_field_loads(tmp_path: Path, edit: str, value: str) -> None:
    load_policies(overlay(tmp_path / "plan.yaml", edit, value))
