"""The kinds of faults, by their name in the report."""

from collections.abc import Callable, Iterator
from random import Random

from tests.faults import on_broker, on_network, on_processes, on_topics
from tests.faults.trial import Trial

Fault = Callable[[Trial], str]

OF_PROCESSES: dict[str, Fault] = {
    "process killed (SIGKILL)": on_processes.killed,
    "process killed inside an open transaction": on_processes.killed_in_a_transaction,
    "process killed inside an open transaction, for good": on_processes.killed_for_good,
    "process ended (SIGTERM)": on_processes.ended,
    "process frozen past its session: a zombie that wakes": on_processes.zombie,
    "two processes with one number": on_processes.doubled,
}
OF_DEPLOYMENTS: dict[str, Fault] = {
    "rolling restart of all stages": on_processes.rolling_restart,
    "a stage scaled 1→3→1": on_processes.scaled,
}
OF_THE_BROKER: dict[str, Fault] = {
    "broker frozen": on_broker.frozen,
    "broker slow: many short freezes": on_broker.slow,
    "topic refuses all writes, as a full disk would": on_broker.refusing,
}
OF_A_BROKER_THAT_DIES: dict[str, Fault] = {
    "broker stopped and started": on_broker.restarted,
    "broker killed inside an open transaction": on_broker.killed_in_a_transaction,
}
OF_THE_NETWORK: dict[str, Fault] = {
    "network cut": on_network.cut,
    "network silent, then all comes late": on_network.silent,
    "network one way: no answers": on_network.no_answers,
    "network slow": on_network.slow,
}
OF_TOPICS: dict[str, Fault] = {
    "topic of the claims created again": on_topics.claims_topic_created_again,
    "committed offsets expired": on_topics.offsets_expired,
    "partitions added to the topic of the claims": on_topics.partitions_added,
    "records that cannot be read or written as they are": on_topics.unreadable_records,
}
# Injected only once, because it takes almost a minute.
ONCE: dict[str, Fault] = {"transaction outlived its timeout": on_processes.transaction_outlived}

AGAIN_AND_AGAIN = (
    OF_PROCESSES
    | OF_DEPLOYMENTS
    | OF_THE_BROKER
    | OF_A_BROKER_THAT_DIES
    | OF_THE_NETWORK
    | OF_TOPICS
)
EVERY_KIND = AGAIN_AND_AGAIN | ONCE
# Those that process 0 of each stage survives, so that its memory can be measured. A client may
# not survive the crash of a broker (see engine.kafka.call_watchdog).
SURVIVABLE = OF_PROCESSES | OF_THE_BROKER | OF_THE_NETWORK


def in_turn(random: Random, first: dict[str, Fault], then: dict[str, Fault]) -> Iterator[str]:
    """Every kind of `first` in random order, then those of `then` again and again."""
    kinds = list(first)
    while True:
        random.shuffle(kinds)
        yield from kinds
        kinds = list(then)
