"""A user for each stage with the rights of docs/security.md, and the error if one is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from stream_edits.codec.jsonl import claim_to_json
from tests.broker.secured import Right, SecuredKafka
from tests.build import canary_claim, timed
from tests.kafka.access import PASSWORD, by_password
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.programs import ROOT, Program
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)

_KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional id": ResourceType.TRANSACTIONAL_ID,
}


class Row(NamedTuple):
    """One row of the table."""

    who: str
    kind: str
    name: str
    operations: str


def documented() -> list[Row]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.split("<!-- rights: begin -->")[1].split("<!-- rights: end -->")[0]
    lines = table.strip().splitlines()[2:]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def rights_of(who: str, deployment: Deployment) -> Iterator[Right]:
    settings = deployment.settings
    by_key = settings.topics.by_key()
    for row in documented():
        if row.who != who:
            continue
        name = row.name.strip("`").replace("<group_prefix>", settings.group_prefix)
        name = name.replace("<instance>", str(settings.instance))
        topics = list(by_key.values()) if name == "every topic" else None
        names = topics or [by_key.get(name.removeprefix("topics."), name)]
        for each in names:
            for operation in row.operations.split(", "):
                yield _KINDS[row.kind], each, AclOperation[operation]


class Users:
    """The users of one deployment, one for each row of the table."""

    def __init__(self, kafka: SecuredKafka, deployment: Deployment) -> None:
        self._kafka = kafka
        self._deployment = deployment
        for who in dict.fromkeys(row.who for row in documented()):
            kafka.add_user(self.name(who), PASSWORD)
            kafka.allow(self.name(who), rights_of(who, deployment))

    def name(self, who: str) -> str:
        return f"{self._deployment.name}-{who.replace(' ', '-')}"

    def signed_in(self, who: str) -> dict[str, str]:
        return by_password(self._kafka, self.name(who))

    def do(self, who: str, *words: str) -> None:
        done = self._deployment.command(*words, **self.signed_in(who))
        assert done.returncode == 0, done.stderr

    def start(self, stage: str) -> Program:
        user = self.name(stage)
        return self._deployment.start(stage, instance=0, KAFKA__SASL_USERNAME=user)


def published(folder: Path) -> str:
    events = [
        timed(canary_claim("1", "96365"), 9),
        timed(canary_claim("2", "96413"), 9),
        canary_claim("3", "96366"),
    ]
    file = folder / "claims.jsonl"
    lines = [claim_to_json(event) for event in events]
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


def test_the_documented_rights_are_enough(secured_kafka: SecuredKafka, tmp_path: Path) -> None:
    with Deployment(
        secured_kafka.bootstrap, tmp_path, 1, **by_password(secured_kafka)
    ) as deployment:
        users = Users(secured_kafka, deployment)
        users.do("topics create", "topics", "create")
        users.do("topics check", "topics", "check")
        deployment.publish_raw(b"k", b"no claim", [])
        deployment.flush()
        for _ in range(2):  # the second start restores state
            users.do("publish", "publish", published(tmp_path))
            running = [users.start(stage) for stage in STAGES]
            deployment.drain(90)
            for program in running:
                program.terminate()
        assert "restore_complete" in deployment.all_output()
        assert {d.disposition.value for d in deployment.decisions()} >= {"PASS", "PEND"}
        assert len(deployment.log.of(deployment.topics.dead_letter)) == 1
        Verifier(deployment.log, deployment.topics).verify()
        assert "AUTHORIZATION_FAILED" not in deployment.all_output()
        users.do("decisions", "decisions")
        users.do("decisions", "decisions", "--as", "adjustments")
        users.do("decisions --wait", "decisions", "--wait", "30")
        users.do("decisions", "pends")
        pended = next(d for d in deployment.decisions() if d.disposition.value == "PEND")
        read_only(users, secured_kafka, deployment, pended.claim_id, tmp_path)
        users.do("review command", "review", pended.claim_id, "--uphold", "--reason", "RIGHT")
        users.do("dead-letters", "dead-letters", "redrive", "--execute")
        deployment.log.read_to_the_end()
        assert len(deployment.log.of(deployment.topics.redriven)) == 1


def read_only(
    users: Users, kafka: SecuredKafka, deployment: Deployment, claim_id: str, folder: Path
) -> None:
    """`explain` and `policy impact` do with their rights, and not without one of them."""
    overlay = folder / "overlay.yaml"
    overlay.write_text("edits: {}\n")
    # An impact is about every record, so it reports the one that is not a claim.
    commands = {
        "explain": (0, ("explain", claim_id)),
        "policy impact": (3, ("policy", "impact", "--from-topic", "--overlay", str(overlay))),
    }
    reviews = (ResourceType.TOPIC, deployment.topics.reviews, AclOperation.READ)
    for who, (code, words) in commands.items():
        done = deployment.command(*words, **users.signed_in(who))
        assert done.returncode == code, done.stderr
        assert "AUTHORIZATION_FAILED" not in done.stderr
        assert done.stdout
        kafka.forbid(users.name(who), reviews)
        refused = deployment.command(*words, **users.signed_in(who))
        assert (refused.returncode, refused.stdout) == (1, "")
        # READ includes DESCRIBE: without it the topic is not seen.
        assert f"{deployment.topics.reviews}, or no right to DESCRIBE it" in refused.stderr
        kafka.allow(users.name(who), [reviews])


def missing(deployment: Deployment) -> dict[str, tuple[Right, str]]:
    """The rights of the encounter stage, and the text reported without each of them."""
    topics, settings = deployment.topics, deployment.settings
    read, write = AclOperation.READ, AclOperation.WRITE
    page = "docs/security.md"
    return {
        "input": ((ResourceType.TOPIC, topics.by_member, read), "no right to DESCRIBE"),
        "output": ((ResourceType.TOPIC, topics.pend, write), "no right to DESCRIBE"),
        "changelog": ((ResourceType.TOPIC, topics.encounter_state, read), page),
        "group": ((ResourceType.GROUP, settings.group_id("encounter"), read), page),
        "transactions": (
            (ResourceType.TRANSACTIONAL_ID, settings.transactional_id("encounter"), write),
            page,
        ),
    }


def test_a_missing_right_is_reported(secured_kafka: SecuredKafka, tmp_path: Path) -> None:
    with Deployment(
        secured_kafka.bootstrap, tmp_path, 1, **by_password(secured_kafka)
    ) as deployment:
        users = Users(secured_kafka, deployment)
        refused = deployment.command("topics", "create", **users.signed_in("publish"))
        assert refused.returncode == 1
        assert "docs/security.md" in refused.stderr
        users.do("topics create", "topics", "create")
        refused = deployment.command("topics", "check", **users.signed_in("intake"))
        assert refused.returncode == 1
        refused = deployment.command("publish", published(tmp_path), **users.signed_in("intake"))
        assert refused.returncode == 1
        assert "TOPIC_AUTHORIZATION_FAILED" in refused.stderr

        encounter = users.name("encounter")
        for name, (right, line) in missing(deployment).items():
            secured_kafka.forbid(encounter, right)
            stopped = users.start("encounter")
            assert stopped.exit_code(60) == 1, name
            assert line in stopped.output.strip().splitlines()[-1], name
            secured_kafka.allow(encounter, [right])
        assert "CANARY" not in deployment.all_output()
