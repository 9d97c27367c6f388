"""The Kafka side of `engine.ports`, and the only part of the engine that uses confluent-kafka."""

from .admin import check_topics as check_topics
from .admin import create_topics as create_topics
from .admin import forget_group as forget_group
from .port import ConfluentKafka as ConfluentKafka
from .port import client_version as client_version
from .progress import committed_if_all_read as committed_if_all_read
from .publisher import publish_records as publish_records
from .topic_reader import read_topic as read_topic
