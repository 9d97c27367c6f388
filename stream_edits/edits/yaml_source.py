"""Reading YAML strictly: duplicate keys refused, every complaint with its file and line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

M = TypeVar("M", bound=BaseModel)


class PolicyError(Exception):
    """A policy file that cannot be used; one line that says where and why."""


class YamlSource:
    """A YAML document that still knows the line of each of its nodes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            self.root: Any = YAML(typ="rt").load(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{path}:{mark.line + 1}" if mark else str(path)
            problem = " ".join(str(error.problem or error.context).split())
            raise PolicyError(f"{where}: {problem}") from None
        except (YAMLError, UnicodeDecodeError, ValueError) as error:
            raise PolicyError(f"{path}: not readable as YAML: {type(error).__name__}") from None
        except OSError as error:
            raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None

    def fail(self, at: Sequence[Any], problem: str) -> PolicyError:
        """The error for the node at a path of keys, naming its line as near as it is known."""
        trail = ".".join(str(step) for step in at)
        return PolicyError(f"{self.path}:{self._line(at)}: {trail}: {problem}")

    def _line(self, at: Sequence[Any]) -> int:
        node, line = self.root, 0
        for step in at:
            if isinstance(node, CommentedMap) and step in node:
                line = node.lc.key(step)[0]
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line = node.lc.item(step)[0]
            else:
                break
            node = node[step]
        return line + 1

    def validate(self, model: type[M], node: Any, at: Sequence[Any]) -> M:
        """The node as a pydantic model; raises PolicyError at the first thing amiss."""
        try:
            return model.model_validate(plain(node))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise self.fail([*at, *first["loc"]], first["msg"]) from None


def plain(node: Any) -> Any:
    """The node without ruamel's own container types."""
    if isinstance(node, dict):
        return {plain(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    if isinstance(node, float):
        return float(node)
    return node
