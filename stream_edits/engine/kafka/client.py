"""Create a client, and find out why the brokers refuse it.

A client with a wrong password or certificate retries for ever, and its calls only time out. It
reports the cause to its error callback alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from ..errors import OptionRefused
from .client_log import CLIENT_LOG

_Client = TypeVar("_Client")

_SIGN_IN = (
    "the brokers refuse our user (_AUTHENTICATION): check sasl.mechanism, sasl.username and "
    "sasl.password among the kafka options"
)
_TRUST = (
    "the brokers' certificate is not accepted (_SSL): check ssl.ca.location among the kafka "
    "options, and that bootstrap_servers has the names in the certificate"
)
_CERTIFICATE = (
    "the brokers refuse our certificate (TLS alert): check ssl.certificate.location and "
    "ssl.key.location among the kafka options"
)
# Words of its complaints about an option that they do not name.
_UNNAMED = {"SASL mechanism": "sasl.mechanism", "Java JAAS": "sasl.jaas.config"}
_OPTION_NAME = re.compile(r"\b[a-z]+(?:\.[a-z0-9]+)+\b")


class Refusals:
    """An error callback that keeps the reason why TLS or the authentication failed."""

    def __init__(self) -> None:
        self.reason: str | None = None

    def __call__(self, error: KafkaError) -> None:
        if error.code() == KafkaError._AUTHENTICATION:
            self.reason = _SIGN_IN
        elif error.code() == KafkaError._SSL:
            self.reason = _TRUST
        elif "SSL alert" in error.str():
            # The client reports an alert of the broker as a broken connection.
            self.reason = _CERTIFICATE


def make(
    kind: Callable[..., _Client],
    options: Mapping[str, object],
    refusals: Refusals | None = None,
) -> _Client:
    """A client of that kind. Raises OptionRefused for options that it cannot use."""
    callback: dict[str, object] = {} if refusals is None else {"error_cb": refusals}
    try:
        return kind({**options, **callback}, logger=CLIENT_LOG)
    except KafkaException as failure:
        raise OptionRefused(_complaint(failure.args[0].str(), options)) from None


def _complaint(text: str, options: Mapping[str, object]) -> str:
    """The names of the refused options. The client's own text may hold a value."""
    values = " ".join(map(str, options.values()))
    text = re.sub(r"https?://\S+", "", text)
    names = [name for name in _OPTION_NAME.findall(text) if name not in values]
    names += [name for words, name in _UNNAMED.items() if words in text]
    if not names:
        return "the Kafka client cannot use the kafka options: check security.protocol and ssl.*"
    return f"the Kafka client cannot use the kafka options: check {', '.join(names)}"
