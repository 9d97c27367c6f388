"""Overlays that could exhaust memory, stack or terminal are refused, each in one line."""

from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies


def _billion_laughs(levels: int) -> str:
    """Aliases of aliases: a few lines that expand to 9 to the power of ``levels`` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join(lines) + "\n"


HOSTILE = {
    "aliases of aliases": (_billion_laughs(9), "holds more than 100000 values"),
    "a deeply nested list": ("[" * 3000, "nested too deep"),
    "a deeply nested mapping": ("{a: " * 3000, "nested too deep"),
    "a value within itself": (
        "edits:\n  units-over-maximum:\n    maximum_units:\n      2026-01-01:\n"
        "        reference: x\n        value: &a {'96361': *a}\n",
        "should be a number",
    ),
    "a merge of something that is not an edit": (
        "edits: {<<: {a: b}}\n",
        "edits.a: write the values that change below it",
    ),
    "an anchor given twice": ("edits: &a {}\nb: &a {}\n", "an anchor is given twice"),
    "a number of 5000 digits": (f"edits: {'9' * 5000}\n", "a number has too many digits"),
    "a tag that constructs objects": (
        "edits: !!python/object/apply:os.system ['x']\n",
        "write the ids of the edits",
    ),
    "bytes that are not text": ("edits: \x00\n", "a character that cannot be seen"),
    "two documents": ("--- {}\n--- {}\n", "a second document begins here"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_overlay_is_refused_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policies(file)
    line = str(caught.value)
    assert message in line
    assert line.startswith(str(file))
    assert len(line.splitlines()) == 1
