"""Every `helm install` and `helm upgrade` command in a document renders."""

import re
import shlex

import pytest

from tests.helm.tool import CHART, ROOT, helm

DOCUMENTS = (ROOT / "README.md", CHART / "README.md", ROOT / "docs" / "operations.md")
_COMMAND = re.compile(r"^\s*helm (?:install|upgrade) ((?:.*\\\n)*.*)", re.MULTILINE)


def commands() -> list[str]:
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    return [re.sub(r"\\\n\s*", "", found) for text in texts for found in _COMMAND.findall(text)]


def test_every_document_has_one() -> None:
    assert len(commands()) >= len(DOCUMENTS)


@pytest.mark.parametrize("command", commands())
def test_it_renders(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = [word for word in shlex.split(command, comments=True) if word != "--reuse-values"]
    done = helm("template", *words)
    assert done.returncode == 0, done.stderr
    assert "kind: StatefulSet" in done.stdout
