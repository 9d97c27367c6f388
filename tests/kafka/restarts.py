"""One process that is started again when it stops by itself, as Kubernetes does."""

from tests.kafka.deployment import Deployment
from tests.kafka.programs import eventually


def drain_with_restarts(deployment: Deployment, seconds: float = 120.0) -> None:
    """Wait until all input is processed, and start the newest process again when it stops.

    A call of the client may not return after its coordinator went away (librdkafka#5456). The
    process then stops and says that a restart resumes.
    """

    def drained() -> bool:
        program = deployment.programs[-1]
        if not program.running:
            program.accounted_for = True
            line = program.output.strip().splitlines()[-1]
            assert "resumes from the committed offsets" in line, line
            deployment.start()
        return deployment.log.processed(deployment.groups)

    eventually(drained, seconds, deployment.tails)
