"""Faults of the broker: shutdown, crash, freeze, slowness, refused writes."""

import time

from tests.faults.coordinator import takes_commits
from tests.faults.trial import Trial
from tests.kafka.programs import eventually

_AWAY_S = 3.0
_FROZEN_S = 8.0
_SLOW_S = 10.0
_REFUSING_S = 4.0
_COORDINATES_WITHIN_S = 45.0
# In bytes: less than a record with its batch header, more than a transaction marker.
_ROOM_FOR_A_MARK = "100"


def restarted(trial: Trial) -> str:
    trial.kafka.stop()
    time.sleep(_AWAY_S)
    trial.kafka.start()
    return f"the broker stopped, and started {_AWAY_S:g} s later{_until_it_works(trial)}"


def killed_in_a_transaction(trial: Trial) -> str:
    stage, number = trial.victim(with_state=True)
    trial.deployment.freeze_in_a_transaction(stage, number)
    trial.kafka.kill()
    trial.process((stage, number)).thaw()
    trial.kafka.start()
    found = _until_it_works(trial)
    return f"SIGKILL of the broker while {stage}-{number} had a transaction open{found}"


def _until_it_works(trial: Trial) -> str:
    """Restart the broker once more if its group coordinator takes no commits. Says so.

    Seen once on a busy machine: the only broker loaded its groups with the epoch of before the
    crash, and then kept the group coordinator of that epoch. It answered no LeaveGroup any more,
    and no new client could join. No client can help that.
    """
    topic = trial.deployment.topics.events
    if takes_commits(trial.kafka.bootstrap, topic, _COORDINATES_WITHIN_S):
        return ""
    trial.kafka.stop()
    trial.kafka.start()
    assert takes_commits(trial.kafka.bootstrap, topic, _COORDINATES_WITHIN_S), "no coordinator"
    return ", and once more, because its group coordinator took no commits"


def frozen(trial: Trial) -> str:
    trial.kafka.freeze()
    time.sleep(_FROZEN_S)
    trial.kafka.thaw()
    return f"SIGSTOP of the broker for {_FROZEN_S:g} s"


def slow(trial: Trial) -> str:
    """Freeze the broker again and again, with short runs in between."""
    begun, times = time.monotonic(), 0
    while time.monotonic() - begun < _SLOW_S:
        trial.kafka.freeze()
        time.sleep(trial.random.uniform(0.2, 0.6))
        trial.kafka.thaw()
        time.sleep(trial.random.uniform(0.05, 0.2))
        times += 1
    return f"the broker stood still {times} times in {_SLOW_S:g} s"


def refusing(trial: Trial) -> str:
    """Make writes to one topic fail, like a full disk.

    Transaction markers still fit, because a coordinator that cannot write them never retries.
    """
    topics = trial.deployment.topics
    topic = trial.random.choice([topics.by_member, topics.encounter_state, topics.pass_])
    before = _refusals(trial)
    trial.deployment.alter_topic(topic, "max.message.bytes", _ROOM_FOR_A_MARK)
    eventually(lambda: _refusals(trial) > before, 30, trial.deployment.tails)
    time.sleep(_REFUSING_S)
    trial.deployment.alter_topic(topic, "max.message.bytes", None)
    key = next(key for key, name in topics.by_key().items() if name == topic)
    return f"the topic {key} took nothing; {_refusals(trial) - before} transactions were aborted"


def _refusals(trial: Trial) -> int:
    lines = trial.deployment.all_output().splitlines()
    return sum(" aborted " in line and "MSG_SIZE_TOO_LARGE" in line for line in lines)
