"""Faults of processes: killed, shut down, frozen, restarted, scaled, started twice."""

import time

from tests.faults.trial import ENDS_WITHIN_S, REPLICAS, Trial
from tests.kafka.deployment import STAGES
from tests.kafka.programs import eventually


def killed(trial: Trial) -> str:
    stage, number = trial.victim()
    trial.process((stage, number)).kill()
    return f"SIGKILL of {stage}-{number}"


def killed_in_a_transaction(trial: Trial) -> str:
    stage, number = trial.victim(with_state=True)
    places = trial.deployment.freeze_in_a_transaction(stage, number)
    trial.process((stage, number)).kill()
    return f"SIGKILL of {stage}-{number} with a transaction open on {_partitions(len(places))}"


def killed_for_good(trial: Trial) -> str:
    """Kill a process in a transaction. It returns only when the other has caught up."""
    stage, _ = trial.victim(with_state=True)
    places = trial.deployment.freeze_in_a_transaction(stage, REPLICAS - 1)
    begun = time.monotonic()
    trial.supervisor.lose(stage)
    trial.settled(stage, REPLICAS - 1)
    trial.catch_up()
    seconds = time.monotonic() - begun
    trial.supervisor.scale(stage, REPLICAS)
    return (
        f"SIGKILL of {stage}-{REPLICAS - 1} with a transaction open on {_partitions(len(places))}, "
        f"for good; the other had caught up after {seconds:.1f} s"
    )


def ended(trial: Trial) -> str:
    stage, number = trial.victim()
    seconds = trial.process((stage, number)).terminate(ENDS_WITHIN_S)
    return f"SIGTERM to {stage}-{number}, exit 0 after {seconds:.1f} s"


def zombie(trial: Trial) -> str:
    """Thaw a frozen process when others own its partitions."""
    stage, number = trial.victim(with_state=True)
    places = trial.deployment.freeze_in_a_transaction(stage, number)
    trial.settled(stage, REPLICAS - 1)
    trial.process((stage, number)).thaw()
    return (
        f"SIGSTOP of {stage}-{number} in a transaction on {_partitions(len(places))}, SIGCONT once "
        "others owned them"
    )


def transaction_outlived(trial: Trial) -> str:
    """Freeze a process until the broker has aborted its transaction."""
    stage, number = trial.victim(with_state=True)
    begun = time.monotonic()
    places = trial.deployment.freeze_in_a_transaction(stage, number)
    eventually(lambda: not places & set(trial.log.open_transactions()), 90, lambda: "still open")
    trial.process((stage, number)).thaw()
    seconds = time.monotonic() - begun
    return f"SIGSTOP of {stage}-{number} until its transaction timed out, {seconds:.0f} s"


def rolling_restart(trial: Trial) -> str:
    """Restart every process of every stage, one after another, like a rollout."""
    begun = time.monotonic()
    for place in trial.supervisor.places():
        program = trial.process(place)
        program.terminate(ENDS_WITHIN_S)
        trial.replaced(place, program)
    return f"all {REPLICAS * len(STAGES)} processes one by one, {time.monotonic() - begun:.0f} s"


def scaled(trial: Trial) -> str:
    stage, _ = trial.victim()
    for count in (1, 3, 1, REPLICAS):
        trial.supervisor.scale(stage, count)
        trial.settled(stage, count)
    return f"{stage} from {REPLICAS} to 1, 3, 1 and back"


def doubled(trial: Trial) -> str:
    """Start a second process with the number of another: each start fences the former.

    A process that has committed nothing since it joined takes the fence for one of its peers, and
    fences the second in turn.
    """
    stage, number = trial.victim()
    first = trial.process((stage, number))
    second = trial.supervisor.start_one(stage, number)
    eventually(lambda: not (first.running and second.running), 60, trial.deployment.tails)
    if first.running:
        first.says(" producer_renewed", 1)
        what_happened = "the second was fenced at once"
    else:
        assert "same transactional.id" in first.output, first.tail()
        what_happened = "each was fenced once"
    # Else the supervisor starts the first again, which fences the second.
    assert second.exit_code(90) == 1, second.tail()
    assert "same transactional.id" in second.output, second.tail()
    second.accounted_for = True
    return f"two processes are {stage}-{number}: {what_happened}"


def _partitions(count: int) -> str:
    return f"{count} partition{'s' if count > 1 else ''}"
