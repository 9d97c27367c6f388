"""The strict YAML loader: what it refuses, where it says so, and what it keeps to itself."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.strict_yaml import YamlError, YamlSource, load

SECRET = "hunter2-do-not-show"


def written(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "file.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def aliases_of_aliases(levels: int, width: int) -> str:
    lines = [f"a0: &a0 [{', '.join('x' * width)}]"]
    for level in range(1, levels):
        inside = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} [{inside}]")
    return "\n".join(lines) + "\n"


REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "half a character": (
        'a: 1\nb: "\\ud963 x"',
        "FILE:2: \\ud963 is half a character: write the character itself",
        "FILE:2: not readable as YAML",
    ),
    "half a character as a key": (
        '"\\uD963": 1',
        "FILE:1: \\uD963 is half a character: write the character itself",
        "FILE:1: not readable as YAML",
    ),
    "a key given twice": (
        f"a: 1\nb: {SECRET}\nb: {SECRET}\n",
        "FILE:3: b is given twice: keep one of them",
        "FILE:3: a key is given twice",
    ),
    "an anchor given twice": (
        f"a: &x {SECRET}\nb: &x 1\n",
        "FILE: an anchor is given twice",
        "FILE: not readable as YAML",
    ),
    "a list that is not closed": (
        f"a: 1\nb: [{SECRET}\n",
        "FILE:3: a bracket is not closed: a ] or a , is missing",
        "FILE:3: not readable as YAML",
    ),
    "two documents": (
        f"a: {SECRET}\n---\nb: 1\n",
        "FILE:2: a second document begins here: write one only",
        "FILE:2: not readable as YAML",
    ),
    "bytes that are not UTF-8": (
        b"a: \xff\n",
        "FILE:1: a character is not UTF-8: save the file as UTF-8",
        "FILE:1: not readable as YAML",
    ),
    "a number of 5000 digits": (
        "a: " + "9" * 5000,
        "FILE: a number has too many digits",
        "FILE: not readable as YAML",
    ),
    "lists within lists": ("[" * 3000, "FILE: nested too deep", "FILE: not readable as YAML"),
    "lists within lists by aliases": (
        aliases_of_aliases(600, 1),
        "FILE: nested too deep",
        "FILE: not readable as YAML",
    ),
    "aliases of aliases": (
        aliases_of_aliases(9, 9),
        "FILE: holds more than 100000 values, counting each alias",
        "FILE: holds more than 100000 values, counting each alias",
    ),
}


@pytest.mark.parametrize("read", [load, YamlSource], ids=["load", "YamlSource"])
@pytest.mark.parametrize(("text", "problem", "redacted"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_file_and_line(
    tmp_path: Path, read: type[YamlSource], text: str | bytes, problem: str, redacted: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(YamlError) as caught:
        read(file)
    assert str(caught.value).replace(str(file), "FILE").startswith(problem)
    assert caught.value.redacted.replace(str(file), "FILE") == redacted
    assert SECRET not in caught.value.redacted
    assert caught.value.__cause__ is None
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(YamlError) as caught:
        load(tmp_path)
    assert (
        str(caught.value) == caught.value.redacted == f"{tmp_path}: cannot be read: Is a directory"
    )


def test_an_error_is_redacted_unless_it_says_otherwise() -> None:
    assert SECRET not in YamlError(SECRET, "file.yaml:1").redacted
    assert SECRET not in YamlError(SECRET).redacted


def test_plain_values(tmp_path: Path) -> None:
    text = "a: &a [1, 2.5, true, null, x]\nb: *a\nc: 2025-01-02\n? 3\n: {}\n"
    loaded = load(written(tmp_path, text))
    assert loaded == {
        "a": [1, 2.5, True, None, "x"],
        "b": [1, 2.5, True, None, "x"],
        "c": date(2025, 1, 2),
        3: {},
    }
    assert {type(each) for each in loaded.values()} == {list, date, dict}
    assert load(written(tmp_path, "")) is None


def test_a_value_within_itself_does_not_hang(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, "a: &a {b: *a}\n"))
    assert loaded["a"]["b"] is loaded["a"]


def test_the_line_of_a_node_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "a:\n  b:\n    - 1\n    - 2\n")
    error = YamlSource(file).fail(("a", "b", 1), "is wrong")
    assert str(error) == f"{file}:4: a.b.1: is wrong"


def test_a_message_is_not_endless(tmp_path: Path) -> None:
    name = "9" * 900
    source = YamlSource(written(tmp_path, f"{name}: 1"))
    assert len(str(source.fail((name,), f"{name * 5} is not known"))) < 1500
    assert str(source.fail(("a",), "is short")).endswith(":1: a: is short")
