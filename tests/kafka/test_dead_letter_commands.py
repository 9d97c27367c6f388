"""`stream-edits dead-letters` on a real Kafka: list, show, redrive once, and count."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stream_edits.codec.claims import claim_encoder
from stream_edits.engine.dead_letters.headers import REDRIVE_COUNT
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import Program
from tests.kafka.topic_log import Kept

OWN: list[tuple[str, bytes | None]] = [("traceparent", b"00-CANARY"), ("x", None), ("x", b"\xff")]
BAD = b"\x00\x00\x00\x27\x0fCANARY-BODY"


def listed(deployment: Deployment, *options: str) -> list[dict[str, Any]]:
    done = deployment.command("dead-letters", "list", "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def redrive(deployment: Deployment, *options: str) -> tuple[int, list[str], str]:
    done = deployment.command("dead-letters", "redrive", *options)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def events(deployment: Deployment) -> list[Kept]:
    deployment.log.read_to_the_end()
    return deployment.log.of(deployment.topics.events)


def buried(deployment: Deployment, *records: tuple[bytes | None, bytes | None]) -> None:
    """Publish records and run the stages until they are dead letters."""
    for key, value in records:
        deployment.publish_raw(key, value, OWN)
    deployment.flush()
    lived(deployment)


def lived(deployment: Deployment, registry: str = "") -> None:
    """Run all stages until everything is committed."""
    program = deployment.start(SCHEMA_REGISTRY_URL=registry)
    deployment.drain()
    program.terminate()


def test_a_record_is_listed_shown_redriven_and_dies_again(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy(partitions=1).create_topics()
    buried(deployment, (b"CANARY-KEY", BAD))

    (letter,) = listed(deployment)
    assert (letter["partition"], letter["offset"], letter["redrives"]) == (0, 0, 0)
    assert (letter["error_class"], letter["stage"]) == ("UnknownSchema", "intake")
    assert (letter["source_topic"], letter["source_offset"]) == (deployment.topics.events, 0)
    assert letter["redriven"] is False

    check_show(deployment, tmp_path / "value.bin")
    redriven = check_redrive(deployment)

    lived(deployment)
    (second,) = listed(deployment)
    assert (second["offset"] > 0, second["redrives"], second["source_offset"]) == (
        True,
        1,
        redriven.offset,
    )
    assert [each["redriven"] for each in listed(deployment, "--all")] == [True, False]
    letters = deployment.log.of(deployment.topics.dead_letter)
    assert [list(each.headers[:3]) for each in letters] == [OWN, OWN]
    assert [len(each.headers) for each in letters] == [12, 12]

    code, lines, complaint = redrive(deployment, "--execute", "--max-count", "1")
    assert (code, lines) == (1, ["nothing to redrive"])
    assert "was redriven 1 time and failed again" in complaint
    assert len(events(deployment)) == 2
    assert "CANARY" not in deployment.all_output()


def check_show(deployment: Deployment, file: Path) -> None:
    """`show` describes the dead letter 0/0 and saves its value, which nobody else may read."""
    show = deployment.command("dead-letters", "show", "0/0", "--save", str(file))
    assert show.returncode == 0, show.stderr
    assert "error.class: UnknownSchema" in show.stdout
    assert f"value: {len(BAD)} bytes" in show.stdout
    assert "framing: Confluent, schema id 9999" in show.stdout
    assert "other headers: 3" in show.stdout
    assert file.read_bytes() == BAD
    assert file.stat().st_mode & 0o077 == 0
    again = deployment.command("dead-letters", "show", "0/0", "--save", str(file))
    assert again.returncode == 2
    assert deployment.command("dead-letters", "show", "0/1").returncode == 1
    assert deployment.command("dead-letters", "show", "7/0").returncode == 1
    assert deployment.command("dead-letters", "show", "0-1").returncode == 2


def check_redrive(deployment: Deployment) -> Kept:
    """`redrive` sends the only dead letter back once, after a dry run; the record it sent."""
    code, lines, _ = redrive(deployment)
    assert code == 0
    assert lines[0] == f"would be redriven: 1 to {deployment.topics.events} (UnknownSchema 1)"
    assert len(events(deployment)) == 1, "a dry run changes nothing"

    assert redrive(deployment, "--execute")[0] == 0
    _, redriven = events(deployment)
    assert (redriven.key, redriven.value) == (b"CANARY-KEY", BAD)
    assert list(redriven.headers) == [*OWN, (REDRIVE_COUNT, b"1")]
    assert redrive(deployment, "--execute")[1] == ["nothing to redrive"]
    assert len(events(deployment)) == 2
    return redriven


def test_a_claim_is_decided_after_the_fix_and_a_redrive(deploy: Deploy) -> None:
    """The claim was read while the id of its schema was unknown, without the registry."""
    from tests.codec.registry_stub import running
    from tests.kafka.registry import with_our_schemas

    deployment = deploy(partitions=1).create_topics()
    event = canary_claim("1", "96365")
    buried(deployment, (event.member_id.encode(), claim_encoder(4711)(event)))
    (letter,) = listed(deployment)
    assert letter["error_class"] == "UnknownSchema"
    assert redrive(deployment, "--execute")[0] == 0
    with running() as stub:
        decided_with = with_our_schemas(stub, deployment.topics)
        lived(deployment, stub.url)
    assert listed(deployment) == []
    deployment.log.read_to_the_end()
    topics = deployment.topics
    decisions = deployment.log.of(topics.pass_, topics.pend, topics.deny)
    assert [(d.value or b"")[:5] for d in decisions] == [b"\x00" + decided_with.to_bytes(4, "big")]


def test_filters_select_letters_and_leave_the_others(deploy: Deploy) -> None:
    deployment = deploy(partitions=2).create_topics()
    truncated = claim_encoder(5)(canary_claim("2", "96365"))[:-3]
    buried(deployment, *((b"CANARY-%d" % n, BAD) for n in range(4)), (b"CANARY-t", truncated))
    assert len(listed(deployment)) == 5
    assert [x["error_class"] for x in listed(deployment, "--class", "Truncated")] == ["Truncated"]
    assert len(listed(deployment, "--limit", "2")) == 2
    assert listed(deployment, "--stage", "encounter") == []
    assert listed(deployment, "--topic", deployment.topics.by_member) == []
    halves = [listed(deployment, "--partition", number) for number in "01"]
    assert sorted(map(len, halves)) != [0, 5]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    assert len(listed(deployment, "--until", now)) == 5
    assert listed(deployment, "--since", now) == []
    assert deployment.command("dead-letters", "list", "--since", "2025-01-01").returncode == 2
    table = deployment.command("dead-letters", "list")
    assert "Truncated" in table.stdout
    assert table.stdout.splitlines()[-1] == "5 of 5 dead letters"

    chosen = ("--class", "UnknownSchema", "--limit", "3", "--execute")
    assert redrive(deployment, *chosen)[0] == 0
    left = sorted(x["error_class"] for x in listed(deployment))
    assert left == ["Truncated", "UnknownSchema"]
    assert redrive(deployment, "--execute")[0] == 0
    assert listed(deployment) == []
    came = [record.value for record in events(deployment)]
    assert sorted(came, key=str) == sorted([BAD] * 8 + [truncated] * 2, key=str)
    assert "CANARY" not in deployment.all_output()


@pytest.mark.timeout(180)
def test_a_killed_and_a_frozen_redrive_send_each_letter_back_once(deploy: Deploy) -> None:
    deployment = deploy(partitions=2, BREAKER_SHARE="1").create_topics()
    count = 1200
    buried(deployment, *((b"CANARY-%d" % n, BAD + b"%d" % n) for n in range(count)))

    def begun() -> Program:
        program = deployment.run_in_background(
            "dead-letters", "redrive", "--execute", BATCH_SIZE="2"
        )
        program.says(" redriven")
        return program

    for pause in (0.0, 0.1, 0.2):
        killed = begun()
        time.sleep(pause)
        assert killed.running, "it had ended before it could be killed"
        killed.kill()
    zombie = begun()
    zombie.freeze()
    assert redrive(deployment, "--execute")[0] == 0
    zombie.thaw()
    assert zombie.exit_code(30) == 1, zombie.tail()
    assert "FENCED" in zombie.output.splitlines()[-1]
    came = Counter(record.value for record in events(deployment))
    assert len(came) == count
    assert set(came.values()) == {2}
    assert listed(deployment) == []


def test_a_later_stage_s_letter_goes_back_to_its_own_topic(deploy: Deploy) -> None:
    deployment = deploy(partitions=2).create_topics()
    topic = deployment.topics.by_supervisor
    deployment.publish_raw(b"CANARY-NPI", b"CANARY-BYTES", OWN, topic=topic)
    deployment.flush()
    lived(deployment)
    assert redrive(deployment, "--stage", "supervision", "--execute")[0] == 0
    deployment.log.read_to_the_end()
    first, second = deployment.log.of(topic)
    assert first.partition == second.partition
    assert (second.key, second.value) == (b"CANARY-NPI", b"CANARY-BYTES")
    assert list(second.headers) == [*OWN, (REDRIVE_COUNT, b"1")]
    assert events(deployment) == []


def test_records_that_no_stage_has_written_are_left_alone(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    deployment.publish_raw(b"CANARY", b"CANARY", OWN, topic=deployment.topics.dead_letter)
    deployment.flush()
    done = deployment.command("dead-letters", "list")
    assert (done.returncode, done.stderr.strip()) == (
        0,
        "1 record in the topic was not written by stream-edits",
    )
    assert redrive(deployment, "--execute")[1] == ["nothing to redrive"]
    show = deployment.command("dead-letters", "show", "0/0")
    assert "not a dead letter of stream-edits" in show.stdout
    assert "CANARY" not in deployment.all_output()


def test_no_kafka_and_no_topic_are_reported_in_one_line(deploy: Deploy) -> None:
    deployment = deploy(partitions=1)
    nowhere = deployment.command("dead-letters", "list", BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert nowhere.returncode == 1
    assert "no answer from the brokers at 127.0.0.1:1" in nowhere.stderr
    missing = deployment.command("dead-letters", "list")
    assert missing.returncode == 1
    assert "create it with `stream-edits topics create`" in missing.stderr
