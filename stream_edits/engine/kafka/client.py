"""Create a client, and find out why the brokers refuse it.

A client with a wrong password or certificate retries for ever, and its calls only time out. It
reports the cause to its error callback alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException

from .. import log
from ..errors import OptionRefused
from .client_log import CLIENT_LOG

_Client = TypeVar("_Client")

_NAMES = (
    "check bootstrap_servers, advertised.listeners of the brokers, and the name server that this "
    "process uses"
)
_AGAIN_S = 60.0
_LEADERS_S = 1.0
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
_NO_TLS = (
    "the listener there does not speak TLS; check the port, and security.protocol among the kafka "
    "options"
)
_TLS = (
    "the listener there ends the connection; check the port, and security.protocol among the kafka "
    "options: it may want TLS or SASL"
)
# Words of its complaints about an option that they do not name.
_UNNAMED = {"SASL mechanism": "sasl.mechanism", "Java JAAS": "sasl.jaas.config"}
_TO_PLAIN, _TO_TLS = "PLAINTEXT broker listener", "SSL listener"
_UNRESOLVED = re.compile(r"Failed to resolve '([^']+)'")
_OPTION_NAME = re.compile(r"\b[a-z]+(?:\.[a-z0-9]+)+\b")
_QUOTED_NAME = re.compile(r'\bproperty:? "([^"]+)"')


class Refusals:
    """An error callback that keeps why no connection is made, in words that say what to check.

    `reason` is about TLS or the authentication, `unresolved` about a host without an address.
    `guess` is what a broken connection may mean; a broker that restarts breaks them as well.
    `had_error` is true after any error. With a `stage`, a host without an address is logged as
    well, once in a minute.
    """

    def __init__(self, stage: str | None = None) -> None:
        self.reason: str | None = None
        self.unresolved: str | None = None
        self.guess: str | None = None
        self.had_error = False
        self._stage = stage
        self._logged: dict[str, float] = {}

    def forget(self) -> None:
        """Before another attempt: only what it meets counts."""
        self.reason = self.unresolved = self.guess = None
        self.had_error = False

    def __call__(self, error: KafkaError) -> None:
        self.had_error = True
        host = unresolved_host(error)
        if host is not None:
            self.unresolved = f"{host} does not resolve: {_NAMES}"
            self._log(host)
        elif error.code() == KafkaError._AUTHENTICATION:
            self.reason = _SIGN_IN
        elif error.code() == KafkaError._SSL and "certif" in error.str():
            self.reason = _TRUST
        elif "SSL alert" in error.str():
            # The client reports an alert of the broker as a broken connection.
            self.reason = _CERTIFICATE
        elif error.code() == KafkaError._SSL or _TO_PLAIN in error.str():
            self.guess = _NO_TLS
        elif _TO_TLS in error.str():
            self.guess = _TLS

    def _log(self, host: str) -> None:
        now = time.monotonic()
        if self._stage is None or now - self._logged.get(host, -_AGAIN_S) < _AGAIN_S:
            return
        self._logged[host] = now
        log.warning(
            "client_error", stage=self._stage, error="_RESOLVE", host=host, reason=self.unresolved
        )


def unresolved_host(error: KafkaError) -> str | None:
    """`host:port` if the error says that the host has no address."""
    if error.code() != KafkaError._RESOLVE:
        return None
    found = _UNRESOLVED.search(error.str())
    return found[1] if found else None


def make(
    kind: Callable[..., _Client],
    options: Mapping[str, object],
    on_error: Callable[[KafkaError], None] | None = None,
    logger: object = CLIENT_LOG,
) -> _Client:
    """A client of that kind. Raises OptionRefused for options that it cannot use.

    `logger` has the method `log` of a logger.
    """
    callback: dict[str, object] = {} if on_error is None else {"error_cb": on_error}
    try:
        return kind({**options, **callback}, logger=logger)
    except KafkaException as failure:
        raise OptionRefused(_complaint(failure.args[0].str(), options)) from None


def ask_for_leaders(consumer: Consumer, topic: str) -> None:
    """Ask who leads the partitions of a topic that this client has not used yet.

    Assigned without an answer, it would ask half a second later. Whatever fails here fails again in
    the calls that follow, which tell why.
    """
    with suppress(KafkaException):
        consumer.list_topics(topic, timeout=_LEADERS_S)


def _complaint(text: str, options: Mapping[str, object]) -> str:
    """The names of the refused options. The client's own text may hold a value."""
    values = " ".join(map(str, options.values()))
    text = re.sub(r"https?://\S+", "", text)
    names = [name for name in _OPTION_NAME.findall(text) if name not in values]
    # A name without a dot looks like a word, or like a value: it must be a name that was given.
    quoted = [name for name in _QUOTED_NAME.findall(text) if name in options]
    names += [name for name in quoted if name not in names]
    names += [name for words, name in _UNNAMED.items() if words in text]
    if not names:
        return "the Kafka client cannot use the kafka options: check security.protocol and ssl.*"
    return f"the Kafka client cannot use the kafka options: check {', '.join(names)}"
