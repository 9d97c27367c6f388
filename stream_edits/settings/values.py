"""Types of settings that need a validator of their own."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
)

_NUMBERS: tuple[Any, ...] = (int, int | None, float)
# Before the hyphen stands a name: -1 is not a pod.
_ORDINAL = re.compile(r"(?:[A-Za-z0-9].*-)?([0-9]{1,6})")


class Table(BaseModel):
    """What all tables of settings have in common: unknown names are refused."""

    # Errors repeat no value: it might be a password in the wrong place.
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_true_for_1(cls, given: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[info.field_name or ""]
        if isinstance(given, bool) and field.annotation in _NUMBERS:
            raise ValueError("should be a number")
        return given


def ordinal(name: Any) -> int | None:
    """The number at the end of a pod's name (`stream-edits-2` gives 2), or None."""
    found = _ORDINAL.fullmatch(str(name))
    return int(found[1]) if found else None


def _instance(given: Any) -> int:
    number = ordinal(given)
    if number is None:
        raise ValueError("should be a whole number, or a pod's name that ends in one (name-0)")
    return number


def _text(given: Any) -> Any:
    """An option as text for the clients; the settings file may have a number or a boolean."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float):
        return str(given)
    return given


def _plain_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,200}", name):
        raise ValueError("should be 1 to 200 letters, digits, dots, hyphens and underscores")
    return name


def _no_credentials(url: str) -> str:
    if not re.match(r"https?://[^/]", url):
        raise ValueError("should be a web address that begins with http:// or https://")
    if "@" in url:
        raise ValueError(
            "should hold no user or password: give them as the schema_registry option "
            "basic.auth.user.info"
        )
    return url


class Conflict(ValueError):
    """A setting that conflicts with another; `path` is the one to correct."""

    def __init__(self, path: tuple[str, ...], expected: str) -> None:
        super().__init__(expected)
        self.path = path


# The one option of librdkafka whose name has an underscore.
_UNDERSCORED = {"log_level"}


def option_name(written: str) -> str:
    """The name of a client's option that was written with underscores or hyphens."""
    return written if written in _UNDERSCORED else re.sub("[-_]", ".", written)


def _named_like_options(table: str) -> Callable[[dict[str, SecretStr]], dict[str, SecretStr]]:
    """Refuses names that no option has, here because here it is known who wrote which name."""

    def check(options: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name in sorted(options):
            meant = option_name(name.lower())
            if name != meant:
                raise Conflict((table, name), f"is not an option; did you mean {meant}?")
        return options

    return check


def _none_of_ours(options: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name in sorted(_OWNED & options.keys()):
        raise Conflict(("kafka", name), f"cannot be passed through: {_OWNED[name]}")
    return options


# The engine depends on these: another value would silently break exactly-once.
_OWNED = {
    "bootstrap.servers": "it has a setting of its own, bootstrap_servers",
    # The client's older name of the same option.
    "metadata.broker.list": "it has a setting of its own, bootstrap_servers",
    "group.id": "it follows from group_prefix",
    "group.instance.id": "it follows from static_membership",
    "transactional.id": "it follows from group_prefix and instance",
    "transaction.timeout.ms": "it has a setting of its own, transaction_timeout_ms",
    "session.timeout.ms": "it has a setting of its own, session_timeout_ms",
    "max.poll.interval.ms": "it has a setting of its own, max_poll_interval_ms",
    "isolation.level": "every stage reads committed records only",
    "enable.auto.commit": "offsets are committed inside the transaction",
    "enable.auto.offset.store": "offsets are committed inside the transaction",
    "enable.idempotence": "transactions need it on",
    "auto.offset.reset": "a lost offset must stop the program, not skip records",
    "partitioner": "keys must land where other clients put them",
}

Instance = Annotated[int, BeforeValidator(_instance)]
RegistryUrl = Annotated[str, AfterValidator(_no_credentials)]
Name = Annotated[str, AfterValidator(_plain_name)]
# Any option may be a credential, so none is shown.
_Options = dict[str, Annotated[SecretStr, BeforeValidator(_text)]]
RegistryOptions = Annotated[_Options, AfterValidator(_named_like_options("schema_registry"))]
KafkaOptions = Annotated[
    _Options, AfterValidator(_named_like_options("kafka")), AfterValidator(_none_of_ours)
]
