"""Older and newer schemas of a claim, as other publishers may use them."""

from tests.codec.evolution import Json, claim_schema, field_of, line_of, without


def _older() -> Json:
    schema = claim_schema()
    without(schema, "encounter_id", "frequency_code", "diagnosis_codes", "attachments")
    without(line_of(schema), "supervision", "modifiers", "charge_amount", "ndc")
    return schema


def _newer() -> Json:
    schema = claim_schema()
    kinds = {"type": "map", "values": {"type": "array", "items": "long"}}
    schema["fields"].insert(3, {"name": "more", "type": ["null", "double", kinds]})
    line_of(schema)["fields"].append(
        {"name": "extra", "type": {"type": "fixed", "name": "F", "size": 3}}
    )
    field_of(schema, "line_of_business")["type"]["symbols"].append("TRICARE")
    field_of(schema, "claim_form")["type"]["symbols"].append("DENTAL")
    return schema


def _otherwise() -> Json:
    schema = claim_schema()
    field_of(line_of(schema), "units")["type"] = "int"
    field_of(schema, "event_time")["type"]["logicalType"] = "timestamp-micros"
    field_of(schema, "frequency_code").update(type=["null", "string"], default=None)
    schema["fields"].reverse()
    return schema


OLD_AND_NEW: dict[str, Json] = {"older": _older(), "newer": _newer(), "otherwise": _otherwise()}
