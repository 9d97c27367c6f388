"""Reading YAML files strictly. Errors name the file and, where it is known, the line.

Refused are duplicate keys, anchors given twice, several documents, files that are not UTF-8, more
than 100 levels, and aliases of aliases that stand for more values than fit in memory.
``load`` returns plain values; ``YamlSource`` also knows the line of each node.
"""

import re
import warnings
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

M = TypeVar("M", bound=BaseModel)
# Far above any file of ours. An alias counts each time it is used, so that a few lines of aliases
# of aliases cannot fill the memory.
_MOST_NODES = 100_000
_DEEPEST = 100
# A key that is compared with others to find what was meant.
_LONGEST_KEY = 80
_LIKE_A_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_UNREADABLE = "not readable as YAML"


class YamlError(Exception):
    """A YAML file that cannot be used: one line, ``file:line: problem``.

    The text may quote the file. ``redacted`` is the same line without any content of the file, for
    files that may hold passwords.
    """

    def __init__(self, problem: str, where: str = "", redacted: str = "cannot be used") -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.redacted = f"{where}: {redacted}" if where else redacted


def load(path: Path) -> Any:
    """The file's one document in plain values: dict, list, str, int, float, bool, date, None.

    An empty file is None. A value that contains itself is returned so. Raises YamlError.
    """
    return _parsed(path, _text_of(path), "safe")


class YamlSource:
    """A YAML document that knows the line of each of its nodes; ``root`` holds the nodes."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises YamlError."""
        self.path = path
        self.text = _text_of(path)
        self.root: Any = _parsed(path, self.text, "rt")

    def fail(self, at: Sequence[Any], problem: str) -> YamlError:
        """The error for the node at a path of keys, with the nearest line that is known."""
        trail, line = self._place(at)
        named = f"{'.'.join(trail)}: " if trail else ""
        return YamlError(f"{named}{problem}", f"{self.path}:{line}")

    def where(self, at: Sequence[Any]) -> str:
        """The file, and the line of the node at a path of keys."""
        return f"{self.path}:{self._place(at)[1]}"

    def _place(self, at: Sequence[Any]) -> tuple[list[str], int]:
        """The path as the file has it, and the line of its last step that is in the file."""
        node, line, trail = self.root, 0, []
        for step in at:
            key = _key_of(node, step)
            trail.append(str(step if key is None else key))
            if key is None:
                node = None
                continue
            # What a merge key brings in has no line of its own: keep that of its parent.
            lines = node.lc.data or {}
            line = lines[key][0] if key in lines else line
            node = node[key]
        return trail, line + 1

    def validate(self, model: type[M], node: Any, at: Sequence[Any]) -> M:
        """The node as a pydantic model. Raises YamlError with the first thing that is wrong.

        An unknown key comes first: a misspelt key is also missing under its right name.
        """
        if not isinstance(node, dict):
            keys = ", ".join(model.model_fields)
            raise self.fail(at, f"a mapping is expected, with the keys {keys}")
        try:
            return model.model_validate(_plain(node))
        except ValidationError as error:
            found = error.errors(include_url=False)
            unknown = [e for e in found if e["type"] == "extra_forbidden"]
            first = (unknown or found)[0]
            *within, last = first["loc"] or ("",)
            if unknown:
                problem = f"is not a key known here{_meant(str(last), _keys_at(model, within))}"
            elif last == "[key]" and first["type"].startswith("date"):
                problem = "is not a date: write it as in 2026-01-31, without quotation marks"
                raise self.fail([*at, *within], problem) from None
            else:
                problem = plain_message(first["msg"])
            raise self.fail([*at, *first["loc"]], problem) from None


# What pydantic calls the types of YAML, and what people call them.
_TYPES = {
    "valid dictionary": "mapping",
    "valid string": "text",
    "valid number": "number",
    "valid integer": "whole number",
    "valid list": "list",
}


def plain_message(message: str) -> str:
    """A message of pydantic in the words of people who write YAML."""
    text = message.removeprefix("Value error, ")
    if not text.startswith("Input should be"):
        return text
    text = text.removeprefix("Input ").replace("'", "")
    for theirs, ours in _TYPES.items():
        text = text.replace(theirs, ours)
    return text


def _keys_at(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """The keys of the model that is at a path within another, none if there is no model."""
    kind: Any = model
    for step in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(step))
            kind = None if field is None else field.annotation
        else:
            kind = (get_args(kind) or (None,))[-1]
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return list(kind.model_fields) if is_model else []


def _meant(typed: str, keys: Sequence[str]) -> str:
    """What a misspelt key was meant to be, or else which keys there are."""
    near = get_close_matches(typed, keys, n=1) if len(typed) <= _LONGEST_KEY else []
    if near:
        return f"; did you mean {near[0]}?"
    return f"; the keys are {', '.join(keys)}" if keys else ""


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise YamlError(problem, str(path), problem) from None
    except ValueError as error:
        raise _unreadable(path, error) from None


def _parsed(path: Path, text: str, kind: Literal["safe", "rt"]) -> Any:
    """The document's root: plain values (``safe``), or nodes with their lines (``rt``)."""
    try:
        with warnings.catch_warnings():
            # The warning's text would quote the file.
            warnings.simplefilter("error", ReusedAnchorWarning)
            root = YAML(typ=kind, pure=True).load(text)
        _count(root, 0, ())
    except ReusedAnchorWarning:
        raise YamlError("an anchor is given twice", str(path), _UNREADABLE) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = " ".join(str(error.problem or error.context).split())
        is_twice = isinstance(error, DuplicateKeyError)
        redacted = "a key stands here twice" if is_twice else _UNREADABLE
        raise YamlError(problem, where, redacted) from None
    except (YAMLError, ValueError) as error:
        raise _no_date(path, text) or _unreadable(path, error) from None
    except (RecursionError, _TooDeep):
        raise YamlError("nested too deep", str(path), _UNREADABLE) from None
    except _TooMany:
        problem = f"holds more than {_MOST_NODES} values, counting each alias"
        raise YamlError(problem, str(path), problem) from None
    return root


def _no_date(path: Path, text: str) -> YamlError | None:
    """The error for the first thing in a text that looks like a date and is none."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in _LIKE_A_DATE.findall(line):
            try:
                date.fromisoformat(found)
            except ValueError:
                problem = f"{found} is not a date: there is no such day (year-month-day)"
                return YamlError(problem, f"{path}:{number}", _UNREADABLE)
    return None


def _unreadable(path: Path, error: Exception) -> YamlError:
    return YamlError(f"{_UNREADABLE}: {type(error).__name__}", str(path), _UNREADABLE)


class _TooMany(Exception):
    """A document that stands for more than _MOST_NODES values."""


class _TooDeep(Exception):
    """A document with more than _DEEPEST levels, perhaps by aliases alone."""


def _count(node: Any, count: int, parents: tuple[int, ...]) -> int:
    """``count`` plus the values in the node, each alias anew. Raises _TooMany, _TooDeep."""
    count += 1
    if count > _MOST_NODES:
        raise _TooMany
    if len(parents) > _DEEPEST:
        raise _TooDeep
    if isinstance(node, dict | list) and id(node) not in parents:
        inside = (*parents, id(node))
        for child in node:
            count = _count(child, count, inside)
            if isinstance(node, dict):
                count = _count(node[child], count, inside)
    return count


def _plain(node: Any) -> Any:
    """The node without ruamel's own container types."""
    if isinstance(node, dict):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return float(node) if isinstance(node, float) else node


def _key_of(node: Any, step: Any) -> Any:
    """The key or index that a step of a path stands for; pydantic names dates by their repr."""
    if isinstance(node, CommentedMap):
        return next((key for key in node if key == step or repr(key) == step), None)
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return step
    return None
