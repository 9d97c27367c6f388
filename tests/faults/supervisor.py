"""The processes of a deployment under a supervisor, as in Kubernetes."""

import time
from collections import Counter
from threading import Event, Lock, Thread

from tests.faults.memory import Life, resident_bytes
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.programs import Program

Place = tuple[str, int]

_TICK_S = 0.2
_SAMPLE_S = 2.0
_BACK_OFF_S = 1.0


class Supervisor(Thread):
    """Keeps a number of processes of each stage, and restarts those that end after a second.

    Those with another number than 0 reach the broker at the address `far`. `lives` records the
    memory of each process.
    """

    def __init__(
        self, deployment: Deployment, far: str, replicas: int, ends_within_s: float
    ) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._ends_within_s = ends_within_s
        self.replicas = replicas
        self.restarts = 0
        self.gave_up: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.lives: list[Life] = []
        # More settings of the processes that are started from now on.
        self.settings: dict[str, str] = {}
        self._deployment = deployment
        self._far = far
        self._wanted = dict.fromkeys(STAGES, replicas)
        self._running: dict[Place, Program] = {}
        self._since: dict[Place, float] = {}
        self._life: dict[Place, Life] = {}
        self._lock = Lock()
        self._ending = Event()

    def start_one(self, stage: str, instance: int) -> Program:
        """Start a process that is not restarted, on the same side of the network."""
        far = {"BOOTSTRAP_SERVERS": self._far} if instance else {}
        return self._deployment.start(stage, instance=instance, **far, **self.settings)

    def process(self, stage: str, instance: int) -> Program:
        """The current process."""
        with self._lock:
            return self._running[stage, instance]

    def places(self) -> list[Place]:
        """The processes it keeps, as pairs of stage and number."""
        return [(stage, n) for stage in STAGES for n in range(self._wanted[stage])]

    def scale(self, stage: str, replicas: int) -> None:
        """Keep `count` processes of a stage, and shut down those above it."""
        with self._lock:
            self._wanted[stage] = replicas
            surplus = [place for place in self._running if place[0] == stage]
            surplus = [place for place in surplus if place[1] >= replicas]
            leaving = [self._running.pop(place) for place in surplus]
        for program in leaving:
            program.terminate(self._ends_within_s)

    def lose(self, stage: str) -> None:
        """Kill the last process of a stage, and start it again only when `scale` asks for it."""
        with self._lock:
            self._wanted[stage] -= 1
            lost = self._running.pop((stage, self._wanted[stage]))
        lost.kill()

    def check(self) -> None:
        """Fail if a process ended in an unexpected way."""
        assert not self.surprises, "\n".join(self.surprises)
        assert self.is_alive(), "the supervisor itself has failed"

    def give_up(self) -> None:
        """Restart no process any more."""
        self._ending.set()
        self.join()

    def close(self) -> None:
        """Shut every process down; each must exit with 0."""
        self.give_up()
        for program in self._running.values():
            if program.running:
                program.terminate(self._ends_within_s)

    def run(self) -> None:
        sampled = 0.0
        while not self._ending.wait(_TICK_S):
            with self._lock:
                for place in self.places():
                    self._keep(place)
                if time.time() - sampled > _SAMPLE_S:
                    sampled = time.time()
                    self._sample(sampled)

    def _keep(self, place: Place) -> None:
        program = self._running.get(place)
        if program is not None:
            if program.running or time.monotonic() < self._since[place] + _BACK_OFF_S:
                return
            self._judge(program)
            self.restarts += 1
        self._running[place] = self.start_one(*place)
        self._since[place] = time.monotonic()
        self._life[place] = Life(place[0], [])
        self.lives.append(self._life[place])

    def _judge(self, program: Program) -> None:
        """Check that a process that ended by itself said why in one line, with exit code 1."""
        if program.accounted_for:
            return
        program.accounted_for = True
        code, last = program.exit_code(1), program.output.strip().rpartition("\n")[2]
        if code == 1 and last.startswith("stream-edits: "):
            self.gave_up[last] += 1
        else:
            self.surprises.append(f"ended by itself with {code}:{program.tail()}")

    def _sample(self, now: float) -> None:
        for place, program in self._running.items():
            if program.running:
                self._life[place].samples.append((now, resident_bytes(program.pid)))
