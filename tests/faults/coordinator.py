"""Whether a broker that was started again works as a group coordinator."""

import time

from confluent_kafka import Consumer, KafkaException, TopicPartition

_ASK_AGAIN_S = 0.5


def takes_commits(bootstrap: str, topic: str, seconds: float) -> bool:
    """Whether the coordinator takes an offset of a group of its own within some seconds."""
    options = {"bootstrap.servers": bootstrap, "group.id": "asks", "socket.timeout.ms": 5000}
    consumer = Consumer({**options, "enable.auto.commit": False, "log_level": 0})
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            try:
                consumer.commit(offsets=[TopicPartition(topic, 0, 0)], asynchronous=False)
            except KafkaException:
                time.sleep(_ASK_AGAIN_S)
            else:
                return True
        return False
    finally:
        consumer.close()
