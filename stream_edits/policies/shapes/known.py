"""The shapes that there are, and the edit that a policy.yaml with one of them makes."""

import re
from pathlib import Path

from pydantic import create_model

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import Edit, Scope
from stream_edits.policies.shapes import (
    maximum_units,
    modifier_required,
    not_together,
    place_of_service,
    required_document,
)
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules, problem_of_message
from stream_edits.policies.values.edit_file import EditFile
from stream_edits.strict_yaml import YamlSource
from stream_edits.text import join_in_order

SHAPES: dict[str, Shape] = {
    each.SHAPE.name: each.SHAPE
    for each in (
        required_document,
        maximum_units,
        place_of_service,
        not_together,
        modifier_required,
    )
}
# What `policy new` writes of each shape.
TEMPLATES = Path(__file__).with_name("new")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 64


def id_problem(edit_id: str) -> str | None:
    """What is wrong with the id of an edit, or None."""
    if _ID.fullmatch(edit_id) and len(edit_id) <= _LONGEST_ID:
        return None
    return (
        "an id has lower-case letters, digits and single hyphens, as in needs-an-invoice, and at "
        f"most {_LONGEST_ID} characters"
    )


def has_shape(file: Path) -> bool:
    """Whether a policy.yaml names a shape, right or wrong. Raises PolicyError."""
    root = YamlSource(file).root
    return isinstance(root, dict) and "shape" in root


def edit_in(file: Path) -> Edit:
    """The edit that a policy.yaml makes alone. Raises PolicyError."""
    source = YamlSource(file)
    declared = source.validate(EditFile, source.root, ())
    shape = SHAPES.get(declared.shape or "")
    if shape is None:
        known = join_in_order(list(SHAPES), "or")
        if declared.shape is None:
            raise source.fail((), f"names no shape: write shape: {known}")
        raise source.fail(("shape",), f"there is no shape {declared.shape}; there is {known}")
    problem = id_problem(declared.id)
    if problem:
        raise source.fail(("id",), problem)
    for name, text in declared.messages.items():
        if name not in shape.messages:
            own = join_in_order(sorted(shape.messages), "or") or "none"
            raise source.fail(
                ("messages", name), f"is not a message of {shape.name}; its messages are {own}"
            )
        problem = problem_of_message(text, shape.messages[name])
        if problem:
            raise source.fail(("messages", name), problem)
    scope = Scope(declared.scope) if declared.scope else None
    if scope and scope not in shape.scopes:
        raise source.fail(("scope",), f"is not for {shape.name}, which judges a line by itself")
    waits_for = WaitsFor(declared.waits_for) if declared.waits_for else None
    rules = _rules_of(shape, declared.id)
    written = {
        name: [each.value for each in by_day.values()] for name, by_day in declared.values.items()
    }
    return shape.make(Declared(declared.id, rules, scope, waits_for, declared.messages, written))


def _rules_of(shape: Shape, edit_id: str) -> type[ShapeRules]:
    """A type of rules of the edit's own, since rules are looked up by their type."""
    base = shape.rules
    return create_model(f"{shape.name}:{edit_id}", __base__=base, __module__=base.__module__)
