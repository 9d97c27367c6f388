"""Where settings come from: the environment and a YAML file, with the name of each as written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stream_edits.strict_yaml import YamlError, load

from .values import option_name

PREFIX = "STREAM_EDITS_"
FILE_VARIABLE = "STREAM_EDITS_SETTINGS"
OPTION_TABLES = ("kafka", "schema_registry")
_NOT_SETTINGS = re.compile(r"STREAM_EDITS_(SETTINGS|TEST_.*)")
# Kubernetes sets such variables in every pod for each service of the namespace, and a service may
# be named stream-edits or stream-edits-http.
_OF_KUBERNETES = re.compile(r"_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?")
_SERVICE_LINK = re.compile(r"(tcp|udp|sctp)://")

# No setting is nested deeper. A mapping that is, perhaps within itself, is refused as a value.
_DEEPEST = 4

KeyPath = tuple[str, ...]


class UnreadableFile(Exception):
    """The settings file cannot be used; one line without its values."""


@dataclass(frozen=True, slots=True)
class Given:
    """Values by path (`("topics", "events")`), and each path's name as its author wrote it."""

    values: dict[KeyPath, Any] = field(default_factory=dict)
    names: dict[KeyPath, str] = field(default_factory=dict)

    def over(self, weaker: "Given") -> "Given":
        """Both together; these values override those of ``weaker``."""
        return Given(weaker.values | self.values, weaker.names | self.names)

    def tree(self) -> dict[str, Any]:
        """The values as nested dicts. A value in place of a table stays, so that it is refused."""
        root: dict[str, Any] = {}
        for path, value in sorted(self.values.items(), key=lambda item: len(item[0])):
            node: Any = root
            for step in path[:-1]:
                node = node.setdefault(step, {}) if isinstance(node, dict) else node
            if isinstance(node, dict):
                node[path[-1]] = value
        return root

    def name(self, path: KeyPath) -> str:
        """The name of the path, or else of what contains it, as its author wrote it."""
        if path in self.names:
            return self.names[path]
        containers = (path[:length] for length in range(len(path) - 1, 0, -1))
        container = next((each for each in containers if each in self.values), None)
        return self.names[container] if container else variable(path)


def variable(path: KeyPath) -> str:
    """The environment variable of a setting: `STREAM_EDITS_KAFKA__SASL_MECHANISM`."""
    return PREFIX + "__".join(step.replace(".", "_").upper() for step in path)


def from_environment(environ: Mapping[str, str]) -> Given:
    """Every STREAM_EDITS_ variable. An empty one counts as not set: charts leave such."""
    given = Given()
    for name, value in environ.items():
        if not name.startswith(PREFIX) or not value or _is_not_a_setting(name, value):
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if path[0] in OPTION_TABLES and len(path) > 1:
            path = (path[0], option_name("_".join(path[1:])))
        given.values[path] = value
        given.names[path] = name
    return given


def _is_not_a_setting(name: str, value: str) -> bool:
    return bool(
        _NOT_SETTINGS.fullmatch(name) or _OF_KUBERNETES.search(name) or _SERVICE_LINK.match(value)
    )


def from_file(file: Path) -> Given:
    """The settings of a YAML file. A key without a value is not set. Raises UnreadableFile."""
    given = Given()
    for path, value in _leaves(_loaded(file)):
        given.values[path] = value
        for length in range(1, len(path) + 1):
            given.names[path[:length]] = f"{'.'.join(path[:length])} in {file}"
    return given


def _loaded(file: Path) -> dict[Any, Any]:
    try:
        content = load(file)
    except YamlError as failure:
        raise UnreadableFile(failure.redacted) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UnreadableFile(f"{file}: should be a mapping of settings to values")
    return content


def _leaves(node: dict[Any, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in node.items():
        path = (*above, str(key))
        if isinstance(value, dict) and len(path) < _DEEPEST:
            yield from _leaves(value, path)
        elif value is not None:
            yield path, value
