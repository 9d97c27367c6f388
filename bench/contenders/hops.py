"""Three bare loops one after the other: the least that three transactional hops can take."""

import threading
from itertools import pairwise

from confluent_kafka import Consumer, Producer

from bench.contenders.bare import consumer_of, producer_of
from bench.job import COMMIT_RECORDS, COMMIT_S, Job


class BareHops:
    """Copies claims from topic to topic, each loop in a thread, until ``end``.

    A loop takes one record as soon as it is there and what else is there, and commits it in one
    transaction.
    """

    def __init__(self, job: Job) -> None:
        topics = job.settings.topics
        names = (topics.events, topics.by_member, topics.by_supervisor, topics.pass_)
        self.transactions = 0
        self._ended = threading.Event()
        self._joined = threading.Barrier(len(names))
        self._limit = COMMIT_RECORDS
        self._threads = []
        for number, (read, write) in enumerate(pairwise(names)):
            consumer, producer = consumer_of(job, read), producer_of(job, f"hop-{number}")
            thread = threading.Thread(target=self._loop, args=(consumer, producer, write))
            thread.start()
            self._threads.append(thread)
        self._joined.wait(60)

    def end(self) -> None:
        """End the loops."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _loop(self, consumer: Consumer, producer: Producer, topic: str) -> None:
        while not consumer.assignment():
            consumer.poll(COMMIT_S)
        self._joined.wait(60)
        while not self._ended.is_set():
            messages = consumer.consume(1, COMMIT_S)
            if not messages:
                continue
            messages += consumer.consume(self._limit, 0)
            producer.begin_transaction()
            for message in messages:
                producer.produce(topic, message.value(), message.key())
            producer.send_offsets_to_transaction(
                consumer.position(consumer.assignment()), consumer.consumer_group_metadata()
            )
            producer.commit_transaction()
            self.transactions += 1
        consumer.close()
