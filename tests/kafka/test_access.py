"""A broker that asks for a password or a certificate: access by settings, or a clear error."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from confluent_kafka import Consumer

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import ClaimEvent
from tests.broker.secured import ADMIN, Identities, SecuredKafka
from tests.build import canary_claim
from tests.kafka.access import PASSWORD, WRONG, by_certificate, by_password
from tests.kafka.deployment import Deployment
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def kafka(secured_kafka: SecuredKafka) -> SecuredKafka:
    """A broker with a user who may do everything, by password or by certificate."""
    secured_kafka.add_user(ADMIN, PASSWORD)
    return secured_kafka


@pytest.fixture(scope="module")
def certificate(kafka: SecuredKafka) -> tuple[Path, Path]:
    return kafka.identities.issue("operator.example.org", common_name=ADMIN)


def file_of(folder: Path, events: list[ClaimEvent]) -> str:
    file = folder / "claims.jsonl"
    file.write_text("".join(claim_to_json(event) + "\n" for event in events))
    return str(file)


def the_whole_flow(deployment: Deployment, folder: Path) -> None:
    """Topics, claims, decisions, and the state restored after a restart."""
    for words in (["topics", "create"], ["topics", "check"]):
        done = deployment.command(*words)
        assert (done.returncode, done.stderr) == (0, "")
    before, after = canary_claim("1", "96365"), canary_claim("1", "96366", name="LATER")
    for events in ([before], [after]):
        done = deployment.command("publish", file_of(folder, events))
        assert done.returncode == 0, done.stderr
        program = deployment.start()
        deployment.drain()
        program.terminate()
    assert "restore_complete" in deployment.programs[-1].output
    assert {(d.claim_id, d.disposition.value) for d in deployment.decisions()} == {
        (before.claim_id, "PASS"),
        (after.claim_id, "PASS"),  # alone it would PEND for its primary
    }
    Verifier(deployment.log, deployment.topics).verify()
    assert "SECRET" not in deployment.all_output()


def test_by_password_from_the_environment(kafka: SecuredKafka, tmp_path: Path) -> None:
    loud = by_password(kafka, KAFKA__DEBUG="all")
    with Deployment(kafka.bootstrap, tmp_path, 2, **loud) as deployment:
        the_whole_flow(deployment, tmp_path)
        options = deployment.settings.kafka_options()
        reader = Consumer({**options, "group.id": "reader", "auto.offset.reset": "earliest"})
        reader.subscribe([deployment.topics.pass_])
        assert len(reader.consume(2, 30)) == 2
        reader.close()
        assert "SCRAM" in deployment.all_output(), (
            "the client's own lines are among those looked at"
        )


def test_by_certificate_from_a_settings_file(
    kafka: SecuredKafka, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        json.dumps(
            {
                "bootstrap_servers": kafka.over_tls,
                "kafka": by_certificate(kafka, *certificate),
            }
        )
    )
    # An empty variable counts as not set: the address in the file applies.
    only_file = {"SETTINGS": str(file), "BOOTSTRAP_SERVERS": ""}
    with Deployment(kafka.bootstrap, tmp_path, 2, **only_file) as deployment:
        the_whole_flow(deployment, tmp_path)


def wrong_ways(kafka: SecuredKafka, folder: Path) -> dict[str, tuple[dict[str, str], str]]:
    """Settings without access, and the text that must be reported."""
    strangers = Identities(folder / "strangers")
    chain, key = strangers.issue("stranger.example.org", common_name="stranger")
    right, sign_in = by_password(kafka), "check sasl.mechanism, sasl.username and sasl.password"
    by_tls = {
        "BOOTSTRAP_SERVERS": kafka.over_tls,
        "KAFKA__SECURITY_PROTOCOL": "SSL",
        "KAFKA__SSL_CA_LOCATION": str(kafka.identities.authority),
    }
    its_own = {
        "KAFKA__SSL_CERTIFICATE_LOCATION": str(chain),
        "KAFKA__SSL_KEY_LOCATION": str(key),
    }
    shown = "check ssl.certificate.location and ssl.key.location"
    return {
        "password": (right | {"KAFKA__SASL_PASSWORD": WRONG}, sign_in),
        "user": (right | {"KAFKA__SASL_USERNAME": "nobody"}, sign_in),
        "mechanism": (right | {"KAFKA__SASL_MECHANISM": "PLAIN"}, sign_in),
        "authority": (
            right | {"KAFKA__SSL_CA_LOCATION": str(strangers.authority)},
            "check ssl.ca.location",
        ),
        "no certificate": (by_tls, shown),
        "foreign certificate": (by_tls | its_own, shown),
        "plain to TLS": ({"BOOTSTRAP_SERVERS": kafka.over_sasl}, "security.protocol"),
        "TLS to plain": (right | {"BOOTSTRAP_SERVERS": kafka.bootstrap}, "security.protocol"),
    }


def test_a_command_without_access_says_what_to_check(kafka: SecuredKafka, tmp_path: Path) -> None:
    ways = wrong_ways(kafka, tmp_path)
    publish = ["publish", file_of(tmp_path, [canary_claim("1", "96365")])]
    asked = [(way, ["topics", "check"]) for way in ways]
    asked += [(way, publish) for way in ("password", "authority", "plain to TLS")]
    asked += [("password", ["topics", "create"])]
    with Deployment(kafka.bootstrap, tmp_path, 2) as deployment, ThreadPoolExecutor() as pool:
        # In parallel, because each waits a while for an answer.
        answers = pool.map(lambda each: deployment.command(*each[1], **ways[each[0]][0]), asked)
        for (way, words), done in zip(asked, answers, strict=True):
            line = done.stderr.strip().splitlines()[-1]
            assert done.returncode == 1, (way, words)
            assert line.startswith("stream-edits: no answer from the brokers at 127.0.0.1"), way
            assert ways[way][1] in line, (way, words)
        assert "Traceback" not in deployment.all_output()
        assert "SECRET" not in deployment.all_output()


def test_a_stage_without_access_ends_and_says_why(kafka: SecuredKafka, tmp_path: Path) -> None:
    ways = wrong_ways(kafka, tmp_path)
    with ExitStack() as stack:
        deployments = {
            way: stack.enter_context(Deployment(kafka.bootstrap, tmp_path, 2, **settings))
            for way, (settings, _) in ways.items()
            if way in ("password", "authority", "foreign certificate", "plain to TLS")
        }
        programs = {way: each.start("intake") for way, each in deployments.items()}
        # A stage takes it for an outage and waits, but logs it.
        waiting = programs.pop("plain to TLS")
        assert ways["plain to TLS"][1] in waiting.says("client_retry", 60)
        waiting.terminate()
        for way, program in programs.items():
            assert program.exit_code(60) == 1
            assert ways[way][1] in program.output.strip().splitlines()[-1], way
        assert not [each for each in deployments.values() if "SECRET" in each.all_output()]
