"""Reading YAML files strictly. Errors name the file and, where it is known, the line.

Refused are duplicate keys, anchors given twice, several documents, files that are not UTF-8, more
than 100 levels, and aliases of aliases that stand for more values than fit in memory.
``load`` returns plain values; ``YamlSource`` also knows the line of each node.
"""

import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

from stream_edits.yaml_words import (
    about_date,
    as_written,
    meant_key,
    no_such_day,
    not_text,
    plain_message,
    plain_syntax,
    shortened,
    unseen_character,
    with_plain_days,
)

M = TypeVar("M", bound=BaseModel)
# Far above any file of ours. An alias counts each time it is used, so that a few lines of aliases
# of aliases cannot fill the memory.
_MOST_NODES = 100_000
_DEEPEST = 100
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
        self.root: Any = _parsed(path, with_plain_days(self.text), "rt")

    def fail(self, at: Sequence[Any], problem: str) -> YamlError:
        """The error for the node at a path of keys, with the nearest line that is known."""
        trail, line = self._place(at)
        named = f"{'.'.join(shortened(each, 80) for each in trail)}: " if trail else ""
        return YamlError(f"{named}{shortened(problem, 1200)}", f"{self.path}:{line}")

    def where(self, at: Sequence[Any]) -> str:
        """The file, and the line of the node at a path of keys."""
        return f"{self.path}:{self._place(at)[1]}"

    def _place(self, at: Sequence[Any]) -> tuple[list[str], int]:
        """The path as the file has it, and the line of its last step that is in the file."""
        node, line, trail = self.root, 0, []
        for step in at:
            key = _key_of(node, step)
            trail.append(key if isinstance(key, str) else as_written(step if key is None else key))
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

        An unknown key comes first: a misspelt key is also missing under its right name. A key that
        should be a date comes before what stands below it.
        """
        if not isinstance(node, dict):
            empty = "is empty: " if node is None and not at else ""
            keys = ", ".join(model.model_fields)
            raise self.fail(at, f"{empty}a mapping is expected, with the keys {keys}")
        try:
            return model.model_validate(_plain(node))
        except ValidationError as error:
            within, problem = _first_problem(error, model)
            raise self.fail([*at, *within], problem) from None


def _first_problem(error: ValidationError, model: type[BaseModel]) -> tuple[list[Any], str]:
    """The path of the first thing that is wrong, and what is wrong with it."""
    found = error.errors(include_url=False)
    no_date = [e for e in found if e["loc"][-1:] == ("[key]",) and e["type"].startswith("date")]
    unknown = [e for e in found if e["type"] in ("extra_forbidden", "invalid_key")]
    if no_date:
        within = list(no_date[0]["loc"][:-1])
        return within, about_date(within[-1], keys_at(model, within))
    first = (unknown or found)[0]
    within = [step for step in first["loc"] if step != "[key]"]
    if unknown:
        *above, last = within
        return within, f"is not a key known here{meant_key(str(last), keys_at(model, above))}"
    problem, given = plain_message(first["msg"]), first["input"]
    if given is None and problem.startswith("should"):
        return within, f"is empty: it {problem}"
    if first["type"] == "string_type" and isinstance(given, int | float | date):
        problem += f'; write it in quotation marks: "{as_written(given)}"'
    return within, problem


def keys_at(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """The keys of the model that is at a path within another, none if there is no model."""
    kind: Any = model
    for step in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(step))
            kind = None if field is None else field.annotation
        else:
            inner = [each for each in get_args(kind) if each not in (..., type(None))]
            kind = inner[-1] if inner else None
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return list(kind.model_fields) if is_model else []


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise YamlError(problem, str(path), problem) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem, line = not_text(data, error)
        raise YamlError(problem, _at_line(path, line), _UNREADABLE) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _at_line(path: Path, line: int | None) -> str:
    return str(path) if line is None else f"{path}:{line}"


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
        raise _syntax_error(path, error) from None
    except (YAMLError, ValueError) as error:
        raise _unreadable(path, text, error) from None
    except (RecursionError, _TooDeep):
        raise YamlError("nested too deep", str(path), _UNREADABLE) from None
    except _TooMany:
        problem = f"holds more than {_MOST_NODES} values, counting each alias"
        raise YamlError(problem, str(path), problem) from None
    return root


def _syntax_error(path: Path, error: MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    if "end of stream" in str(error.problem) and error.context_mark is not None:
        # The text that does not end is where the mistake is, not the end of the file.
        mark = error.context_mark
    problem = plain_syntax(" ".join(str(error.problem or error.context).split()))
    is_twice = isinstance(error, DuplicateKeyError)
    redacted = "a key is given twice" if is_twice else _UNREADABLE
    return YamlError(problem, _at_line(path, mark.line + 1 if mark else None), redacted)


def _unreadable(path: Path, text: str, error: Exception) -> YamlError:
    found = no_such_day(text) or unseen_character(text)
    if found is not None:
        return YamlError(found[0], _at_line(path, found[1]), _UNREADABLE)
    if "integer string conversion" in str(error):
        return YamlError("a number has too many digits", str(path), _UNREADABLE)
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
    if isinstance(node, str):
        node.encode()  # A ValueError for half a character, which an escape can write.
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
