"""The tree's floors: imports go downward only, pure parts stay pure, a policy is known to itself.

A new top-level module of stream_edits needs a line in BELOW (floors.py): what it stands on.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.floors import (
    ABOVE_EDITS,
    BELOW,
    BELOW_WITHIN,
    CLOCKS_AND_DICE,
    CORE,
    IMPURE,
    KAFKA_CLIENTS,
    LIBRARY,
    PACKAGE,
    Module,
    edit_of,
    floor_of,
    imports,
    modules,
    part_within,
    policy_of,
)

POLICY_WORDS = re.compile(r"6\.21|medi[-_ ]?cal\b|infusion", re.IGNORECASE)
# The contract's own symbol of a line of business.
ON_THE_WIRE = {'MEDI_CAL = "MEDI_CAL"'}
MADE_UP = {"synthetic", "demo"}


def violations(module: Module) -> list[str]:
    """Everything in one module that breaks a rule of the tree."""
    rules = (
        *(_upward, _upward_within, _above_edits, _out_of_library),
        *(_into_a_policy, _policy_s_words, _impure, _client),
    )
    return [violation for rule in rules for violation in rule(module)]


def _upward(module: Module) -> Iterator[str]:
    for name in imports(module):
        if name.split(".")[0] != PACKAGE:
            continue
        floor = floor_of(name)
        if floor != module.floor and floor not in BELOW[module.floor]:
            yield f"{module.name} may not import {name}: {floor or PACKAGE} is not below it"
        if module.edit and edit_of(name) not in (None, module.edit):
            yield f"{module.name} may not import another edit: {name}"


def _upward_within(module: Module) -> Iterator[str]:
    """Some folders have floors of their own."""
    below = BELOW_WITHIN.get(module.floor, {})
    own = part_within(module.floor, module.name)
    if own not in below:
        return
    for name in imports(module):
        part = part_within(module.floor, name)
        if part not in {None, own, *below[own]}:
            yield f"{module.name} may not import {name}: {part} is not below {own}"


def _above_edits(module: Module) -> Iterator[str]:
    """A policy knows neither how it is loaded nor how its edits are run."""
    for name in imports(module) if policy_of(module.name) else ():
        if part_within("policies", name) in ABOVE_EDITS:
            yield f"{module.name} is of a policy and may not import {name}"


def _out_of_library(module: Module) -> Iterator[str]:
    if not f"{module.name}.".startswith(f"{LIBRARY}."):
        return
    for name in imports(module):
        if name.split(".")[0] == PACKAGE and not f"{name}.".startswith(f"{LIBRARY}."):
            yield f"{module.name} is a library and may not import {name}"


def _into_a_policy(module: Module) -> Iterator[str]:
    """Policies are found in their folders: nothing else names one."""
    for name in imports(module):
        policy = policy_of(name)
        if policy and policy != policy_of(module.name):
            yield f"{module.name} may not import from the policy {policy}: {name}"


def _policy_s_words(module: Module) -> Iterator[str]:
    """What one policy is about is known in its folder, and where claims under it are made up."""
    if policy_of(module.name) or module.floor in MADE_UP:
        return
    for number, line in enumerate(module.source.splitlines(), start=1):
        if POLICY_WORDS.search(line) and line.strip() not in ON_THE_WIRE:
            yield f"{module.name}:{number} knows a policy: {line.strip()}"


def _impure(module: Module) -> Iterator[str]:
    if module.floor not in CORE:
        return
    for name in imports(module):
        dice = name.startswith("uuid.") and name.removeprefix("uuid.") in CLOCKS_AND_DICE
        if dice or name.split(".")[0] in IMPURE:
            yield f"{module.name} is pure and may not import {name}"
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS_AND_DICE:
            yield f"{module.name} is pure and may not use a clock or dice: .{node.attr}"


def _client(module: Module) -> Iterator[str]:
    allowed = any(f"{module.name}.".startswith(f"{client}.") for client in KAFKA_CLIENTS)
    if not allowed and any(name.split(".")[0] == "confluent_kafka" for name in imports(module)):
        yield f"{module.name} may not import confluent_kafka"


@pytest.mark.parametrize("module", modules(PACKAGE), ids=lambda module: module.name)
def test_the_tree_keeps_its_floors(module: Module) -> None:
    assert violations(module) == []


def test_every_top_level_module_has_a_floor() -> None:
    top = {module.name.split(".")[1] for module in modules(PACKAGE) if "." in module.name}
    assert top - BELOW.keys() == set()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("stream_edits.domain.claim", "from stream_edits.policies import edit_types"),
        ("stream_edits.domain.claim", "from stream_edits import __version__"),
        ("stream_edits.policies.edit_types", "import stream_edits.stages.intake"),
        ("stream_edits.policies.edit_types", "from stream_edits import engine"),
        ("stream_edits.policies.edit_types", "from ..codec import avro"),
        ("stream_edits.policies.edit_types", "def f():\n    import time"),
        ("stream_edits.policies.edit_types", "from random import random"),
        ("stream_edits.policies.edit_types", "from uuid import uuid4"),
        ("stream_edits.policies.edit_types", "import datetime as d\nd.date.today()"),
        (
            "stream_edits.policies.values.mode",
            "from stream_edits.policies.shared.forms import facility_type",
        ),
        ("stream_edits.policies.values.mode", "def f():\n    from ..encounter import Encounter"),
        ("stream_edits.policies.content.table", "from ..values.codes import CodeSet"),
        ("stream_edits.policies.shared.units", "from stream_edits.policies import edit_types"),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from stream_edits.policies.judging.scopes import Scopes",
        ),
        ("stream_edits.policies.judging.form", "from ..loading.catalog import load_policies"),
        ("stream_edits.commands.records.topic_records", "from ..review import publish_reviews"),
        ("stream_edits.stages.shared.reviews", "from stream_edits.stages import encounter"),
        (
            "stream_edits.stages.encounter.stage",
            "from stream_edits.stages.supervision.quarters import quarter_of",
        ),
        ("stream_edits.stages.supervision.stage", "from ..pipeline import Pipeline"),
        ("stream_edits.stages.intake", "from datetime import datetime\ndatetime.now()"),
        ("stream_edits.stages.intake", "from stream_edits.codec.avro import decode"),
        ("stream_edits.engine.runner", "from stream_edits.domain.claim import Claim"),
        ("stream_edits.engine.runner", "from ..settings import Settings"),
        ("stream_edits.engine.runner", "from .. import app"),
        ("stream_edits.engine.runner", "from confluent_kafka import Consumer"),
        ("stream_edits.engine.kafkaesque", "import confluent_kafka"),
        ("stream_edits.codec.avro", "from confluent_kafka.schema_registry import Schema"),
        ("stream_edits.codec.claims", "from stream_edits.engine import ports"),
        ("stream_edits.codec.avro.reading", "from stream_edits.codec.errors import Truncated"),
        ("stream_edits.codec.avro.reading", "from ..framing import BODY_START"),
        ("stream_edits.codec.avro.reading", "from stream_edits.domain import claim"),
        ("stream_edits.app", "from stream_edits.cli import main"),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from stream_edits.policies.khs_6_21_p.add_on_without_primary import edit",
        ),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from ..add_on_without_primary.edit import add_on",
        ),
        (
            "stream_edits.policies.policy",
            "from .khs_6_21_p.multiple_initial_codes.edit import check",
        ),
        (
            "stream_edits.stages.encounter.stage",
            "from stream_edits.policies.khs_6_21_p.vocabulary import rules",
        ),
        ("stream_edits.stages.intake", "# Only Medi-Cal claims."),
        ("stream_edits.report.table", 'POLICY = "6.21-P"'),
        ("stream_edits.handbook.page", 'def f():\n    """Of an infusion."""'),
    ],
)
def test_each_rule_can_fail(name: str, source: str) -> None:
    assert len(violations(Module(name, source))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("stream_edits.cli", "from stream_edits import app, __version__, demo"),
        ("stream_edits.app", "from .engine import runner\nfrom .settings import Settings"),
        ("stream_edits.codec.avro.reading", "import struct\nfrom .errors import Truncated"),
        ("stream_edits.policies.shared.units", "from ..values.rules import Outcome"),
        ("stream_edits.policies.values.mode", "from stream_edits.domain.npi import is_npi"),
        ("stream_edits.policies.values.dated", "from ..content.content import Content"),
        ("stream_edits.stages.encounter.stage", "from ..shared.memory import MemberMemory"),
        ("stream_edits.stages.pipeline", "from .supervision.stage import supervise"),
        (
            "stream_edits.policies.loading.folder",
            "from stream_edits.policies.shapes.known import edit_in",
        ),
        ("stream_edits.engine.kafka.source", "import confluent_kafka"),
        ("stream_edits.engine.runner", "import time\nfrom . import log\nfrom ..metrics import M"),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from ...edit_types import Edit",
        ),
        ("stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit", "from .other import x"),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from stream_edits.policies.khs_6_21_p.vocabulary.lines import is_initial",
        ),
    ],
)
def test_what_is_allowed_passes(name: str, source: str) -> None:
    assert violations(Module(name, source)) == []
