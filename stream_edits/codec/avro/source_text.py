"""A Python function under construction: lines, names and constants of generated code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class SourceText:
    """Collects the body of one function.

    Text from a schema enters the code only as an escaped literal or an attribute name that the
    caller trusts.
    """

    def __init__(self, constants: dict[str, Any]) -> None:
        self._lines: list[str] = []
        self._constants = dict(constants)
        self._depth = 1
        self._names = 0

    def add(self, line: str) -> None:
        """Add a statement at the current depth."""
        self._lines.append("    " * self._depth + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Indent the statements added inside under the compound statement ``head``."""
        self.add(head)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self) -> str:
        """A variable name not used before."""
        self._names += 1
        return f"v{self._names}"

    def constant(self, value: Any) -> str:
        """The name under which the generated code finds that value."""
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def function(self, signature: str) -> Callable[..., Any]:
        """The finished function. Constants are bound as defaults: the fastest names to look up."""
        bound = ", ".join(f"{name}={name}" for name in self._constants)
        text = f"def made({signature}, *, {bound}):\n" + "\n".join(self._lines)
        space = dict(self._constants)
        exec(compile(text, "<generated from an Avro schema>", "exec"), space)
        made: Callable[..., Any] = space["made"]
        return made
