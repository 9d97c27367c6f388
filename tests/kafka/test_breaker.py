"""The circuit breaker on a real Kafka: it stops the stage in time, and nothing is lost."""

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.malformed import malformed

BREAKER = {"BREAKER_WINDOW": "40", "BREAKER_SHARE": "0.5", "BREAKER_MINIMUM": "10"}


def test_too_many_dead_letters_stop_the_process_and_a_fix_continues(deploy: Deploy) -> None:
    deployment = deploy(partitions=1, **BREAKER).create_topics()
    group, place = deployment.settings.group_id("intake"), (deployment.topics.events, 0)
    before = [canary_claim(str(number), "96365") for number in range(5)]
    deployment.publish(before)
    first = deployment.start()
    deployment.drain()
    first.terminate()
    committed = deployment.log.committed(group)[place]

    bad = list(malformed(30))
    for record in bad:
        deployment.publish_raw(record.key, record.value)
    after = [canary_claim(str(number), "96365") for number in range(5, 10)]
    deployment.publish(after)
    stopped = deployment.start(BATCH_SIZE="100", LINGER_MS="2000")
    assert stopped.exit_code(60) == 1
    line = stopped.output.strip().splitlines()[-1]
    assert line.startswith("stream-edits: circuit breaker: ")
    assert "see error.class in the dead-letter topic and the log, fix the cause" in line
    assert "nothing of the last batch was committed" in line
    assert "CANARY" not in stopped.output
    stopped.accounted_for = True

    deployment.log.read_to_the_end()
    letters = deployment.log.of(deployment.topics.dead_letter)
    progress = deployment.log.committed(group)[place]
    assert progress - committed == len(letters), "what was committed is what was buried, no more"
    assert len(letters) < len(bad)

    mended = deployment.start(BREAKER_SHARE="1")
    deployment.drain()
    mended.terminate()
    decided = sorted(decision.claim_id for decision in deployment.decisions())
    assert decided == sorted(event.claim_id for event in (*before, *after))
    letters = deployment.log.of(deployment.topics.dead_letter)
    assert len(letters) == len(bad)
    assert {(x.key, x.value) for x in letters} == {(x.key, x.value) for x in bad}
