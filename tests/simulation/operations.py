"""What operators do to the topics and the group of a stage, and how they follow its advice."""

from __future__ import annotations

from stream_edits.engine.topics.known_topics import accepting
from tests.memory_kafka.murmur2 import partition_of
from tests.simulation.cluster import PARTITIONS
from tests.simulation.fleet import RUNNERS, Fleet
from tests.simulation.invariants import GROUP, Invariants


class Operations(Fleet):
    """A fleet whose topics may be deleted and created again, and whose offsets may expire.

    After that the processes must stop, and nothing may be committed that does not follow from the
    input before it. `operate` does what the message of the stop says.
    """

    def __init__(self, static: bool, lenient: bool) -> None:
        super().__init__(static, lenient)
        self.invariants = Invariants(self.broker, PARTITIONS)

    def recreate(self, topic: str) -> None:
        """Delete a topic and create it again, while the processes run."""
        if self.replaced or self.expired or not self.invariants.committed:
            return
        self.counts["topics created again"] += 1
        self.broker.recreate(topic)
        self.replaced.add(topic)
        self.invariants.offsets_gone = self.invariants.offsets_gone or topic == "in"

    def expire_offsets(self) -> None:
        """No process runs for so long that the group's committed offsets expire."""
        if self.replaced or self.expired or GROUP not in self.broker.groups:
            return
        self.counts["offsets expired"] += 1
        self._stop_all()
        self.broker.groups[GROUP].forget()
        self.expired = self.invariants.offsets_gone = True

    def operate(self) -> None:
        """Follow the advice of the stop, if there was a reason for one."""
        if self.expired:
            self.start_from = "progress"
        if not self.replaced:
            return
        self._stop_all()
        if self.replaced & {"in", "log"}:
            self._rebuild()
        else:
            for topic in self.replaced:
                self._accept(topic)
        self.replaced.clear()

    def _rebuild(self) -> None:
        """Delete what the stage has made, and start again from the input."""
        for topic in ("log", "known"):
            self.broker.recreate(topic)
        self.broker.groups[GROUP].forget()
        # The stage before it sends its input again, from offset 0.
        for partition in range(PARTITIONS):
            self.broker.logs["in", partition].first = 0
        before, self.invariants = self.invariants, Invariants(self.broker, PARTITIONS)
        self.invariants.events = before.events
        self.invariants.dead_letters = before.dead_letters

    def _accept(self, topic: str) -> None:
        marks = {each.key or b"": each.value for each in self.broker.visible("known")}
        for key, value in accepting(marks, {GROUP}, topic, self.broker.ids[topic]):
            self.broker.put("known", partition_of(key, self.broker.counts["known"]), key, value)

    def _stop_all(self) -> None:
        """End every process, and wait until nothing of them is left."""
        for runner in range(RUNNERS):
            self.crash(runner)
        self.deliver()
        self.expire()
        self.broker.release_markers()
        self.invariants.check()
