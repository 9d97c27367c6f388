"""Create and check topics, for the command line."""

from .kafka import check_topics as check_topics
from .kafka import create_topics as create_topics
from .ports import TopicSpec as TopicSpec
