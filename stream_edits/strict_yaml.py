"""Reading YAML strictly: duplicate keys refused, every complaint with its file and line."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

M = TypeVar("M", bound=BaseModel)
# Far above any policy. Aliases count each time they stand for something, so that a few lines of
# aliases of aliases cannot fill the memory.
_MOST_NODES = 100_000


class PolicyError(Exception):
    """A policy file that cannot be used; one line that says where and why."""


class YamlSource:
    """A YAML document that still knows the line of each of its nodes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            with warnings.catch_warnings():
                # Its warning would show the text around.
                warnings.simplefilter("error", ReusedAnchorWarning)
                self.root: Any = YAML(typ="rt").load(self.text)
        except ReusedAnchorWarning:
            raise PolicyError(f"{path}: an anchor is given twice") from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{path}:{mark.line + 1}" if mark else str(path)
            problem = " ".join(str(error.problem or error.context).split())
            raise PolicyError(f"{where}: {problem}") from None
        except (YAMLError, UnicodeDecodeError, ValueError) as error:
            raise PolicyError(f"{path}: not readable as YAML: {type(error).__name__}") from None
        except OSError as error:
            raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None
        except RecursionError:
            raise PolicyError(f"{path}: nested too deep") from None

    def fail(self, at: Sequence[Any], problem: str) -> PolicyError:
        """The error for the node at a path of keys, naming its line as near as it is known."""
        trail, line = self._place(at)
        named = f"{'.'.join(trail)}: " if trail else ""
        return PolicyError(f"{self.path}:{line}: {named}{problem}")

    def _place(self, at: Sequence[Any]) -> tuple[list[str], int]:
        """The path as the file has it, and the line of its last step that is in the file."""
        node, line, trail = self.root, 0, []
        for step in at:
            key = _key_of(node, step)
            trail.append(str(step if key is None else key))
            if key is None:
                node = None
                continue
            # What a merge key brings in has no place of its own: the line of what holds it stands.
            lines = node.lc.data or {}
            line = lines[key][0] if key in lines else line
            node = node[key]
        return trail, line + 1

    def validate(self, model: type[M], node: Any, at: Sequence[Any]) -> M:
        """The node as a pydantic model; raises PolicyError for what is amiss, one thing at a time.

        An unknown key goes first: a misspelt one is missing under its right name as well.
        """
        if not isinstance(node, dict):
            keys = ", ".join(model.model_fields)
            raise self.fail(at, f"a mapping is expected, with the keys {keys}")
        try:
            return model.model_validate(self._plain(node))
        except ValidationError as error:
            found = error.errors(include_url=False)
            unknown = [e for e in found if e["type"] == "extra_forbidden"]
            first = (unknown or found)[0]
            problem = "is not a key known here" if unknown else said(first["msg"])
            raise self.fail([*at, *first["loc"]], problem) from None

    def _plain(self, node: Any) -> Any:
        try:
            return _Plain().of(node)
        except _TooMany:
            raise PolicyError(
                f"{self.path}: holds more than {_MOST_NODES} values, counting each alias"
            ) from None
        except RecursionError:
            raise PolicyError(f"{self.path}: nested too deep") from None


def said(message: str) -> str:
    """A validator's own words, without pydantic's prefix."""
    return message.removeprefix("Value error, ")


def _key_of(node: Any, step: Any) -> Any:
    """The key or index that a step of a path stands for; pydantic names dates by their repr."""
    if isinstance(node, CommentedMap):
        return next((key for key in node if key == step or repr(key) == step), None)
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return step
    return None


class _TooMany(Exception):
    """A document that stands for more values than a policy can have."""


class _Plain:
    """Nodes without ruamel's own container types, so many and no more."""

    def __init__(self) -> None:
        self._nodes = 0

    def of(self, node: Any) -> Any:
        """The node in plain types. Raises _TooMany; RecursionError for one that holds itself."""
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _TooMany
        if isinstance(node, dict):
            return {self.of(key): self.of(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self.of(item) for item in node]
        if isinstance(node, float):
            return float(node)
        return node
