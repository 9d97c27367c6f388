"""Citations in code and documents, and what is wrong with them.

Code cites a document by its path from the root and, after a comma, its headings:
``docs/spec/edits.md, Across claims``. Documents use links. Both name other files by a path from the
root, from `stream_edits/` or from any folder above the file that names them.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

_DOCUMENT = re.compile(r"(?<![\w/.-])(docs/[\w./-]+?\.md)(#[\w-]*)?((?:, [A-Z])?)")
# README.md and the like are named without a path: each folder has its own.
_BARE = re.compile(r"(?<![\w/.-])[a-z][\w-]*\.md\b")
_DOCUMENT_IN_TEXT = re.compile(r"docs/[\w./-]+\.md\b")
_FILE = re.compile(
    r"(?<![\w/.{}<*-])((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|avsc|json|jsonl|md|txt|tpl|toml))"
    r"(?:::(\w+))?(?![\w/*])"
)
# A name that a document says a file defines: `NAME` in `file`, or `file` (`NAME`).
_DEFINED = re.compile(
    r"`(?P<name>[A-Za-z_][\w.]*)`\s+in\s+`(?P<file>[\w./-]+)`"
    r"|`(?P<its_file>[\w./-]+)`\s+\(`(?P<its_name>[A-Za-z_][\w.]*)`"
)
_FOLDER = re.compile(r"((?:[\w.-]+/)+)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def in_python(source: str, with_strings: bool = False) -> Iterator[str]:
    """Comments and docstrings, each block on one line; ``with_strings`` adds the other strings that
    name a document."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented):
            yield _one_line(ast.get_docstring(node) or "")
        elif with_strings and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _DOCUMENT_IN_TEXT.findall(node.value)
    yield from _comments(source)


def _comments(source: str) -> Iterator[str]:
    block, last = "", -2
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("# ")
            if token.start[0] == last + 1:
                block = f"{block} {text}"
            else:
                yield block
                block = text
            last = token.start[0]
    yield block


def _one_line(text: str) -> str:
    return " ".join(text.split())


def code_problems(file: Path, text: str) -> list[str]:
    """What is wrong with the citations in a text of a code file."""
    text = re.sub(r"\n\s*(?:#|//)?\s*", " ", text)
    found = []
    for match in _DOCUMENT.finditer(text):
        document, anchor, comma = match.groups()
        if not (ROOT / document).is_file():
            found.append(f"{document} does not exist")
        elif anchor and anchor[1:] not in anchors(ROOT / document):
            found.append(f"{document} has no heading {anchor}")
        elif comma and not _cites_headings(ROOT / document, text[match.end() - 1 :]):
            cited = re.split(r"[.;:)]", text[match.end() - 1 :])[0]
            found.append(f"{document} has no heading {cited!r}")
    found += [f"{bare} has no path" for bare in _BARE.findall(text)]
    return list(dict.fromkeys(found + _file_problems(file, text)))


def _cites_headings(document: Path, rest: str) -> bool:
    """Whether the text begins with a heading of the document; more may follow after commas."""
    for heading in sorted(headings(document), key=len, reverse=True):
        if rest.startswith(heading) and not rest[len(heading) :][:1].isalnum():
            after = re.match(r", (?=[A-Z])", rest[len(heading) :])
            return after is None or _cites_headings(document, rest[len(heading) + 2 :])
    return False


def markdown_problems(file: Path, text: str) -> list[str]:
    """What is wrong with the links and citations in a Markdown text, which is that of ``file``."""
    text = _COMMENT.sub("", _FENCE.sub("", text))
    found = []
    for target in _LINK.findall(text):
        path, _, anchor = target.partition("#")
        place = (file.parent / path).resolve() if path else file
        if re.match(r"[a-z]+:", target):
            continue
        if not place.exists():
            found.append(f"{target} leads nowhere")
        elif anchor and anchor not in (anchors(place) if place != file else _anchors(text)):
            found.append(f"{target} has no such heading")
    found += _name_problems(file, text)
    for inline in _INLINE.findall(text):
        found += _file_problems(file, inline)
        if _FOLDER.fullmatch(inline) and _resolved(file, inline) is None:
            found.append(f"{inline} does not exist")
    prose = _LINK.sub("]", re.sub(r"\[[\w.-]+\.md\]", "[]", text))
    return found + [f"{bare} has no path" for bare in _BARE.findall(prose)]


def _file_problems(file: Path, text: str) -> list[str]:
    found = []
    for name, test in _FILE.findall(text):
        if name.split("/")[0].isupper():
            continue  # a placeholder
        place = _resolved(file, name)
        if place is None:
            found.append(f"{name} does not exist")
        elif test and not _defines(place, test):
            found.append(f"{name} has no {test}")
    return found


def _name_problems(file: Path, text: str) -> Iterator[str]:
    """A file that a document names with its folder defines what the document says it does."""
    for match in _DEFINED.finditer(text):
        cited = match["file"] or match["its_file"]
        place = _resolved(file, cited) if "/" in cited else None
        for name in (match["name"] or match["its_name"]).split("."):
            if place is not None and not _defines(place, name):
                yield f"{cited} has no {name}"


def _defines(place: Path, name: str) -> bool:
    """Whether a file has a class, function, variable, field or YAML key of that name."""
    definition = rf"^ *(?:(?:def|class) {name}\b|{name} *[:=])"
    return re.search(definition, _read(place), re.MULTILINE) is not None


def _resolved(file: Path, name: str) -> Path | None:
    above = [folder for folder in file.parents if folder.is_relative_to(ROOT)]
    for folder in (*above, ROOT / "stream_edits"):
        if (folder / name).exists():
            return folder / name
    return None


@lru_cache
def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def headings(document: Path) -> list[str]:
    """The headings of a Markdown file, without their markup."""
    return [_plain(heading) for heading in _HEADING.findall(_FENCE.sub("", _read(document)))]


def _plain(heading: str) -> str:
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")


@lru_cache
def anchors(document: Path) -> frozenset[str]:
    """The anchors of a Markdown file's headings, as GitHub makes them."""
    return _anchors(_FENCE.sub("", _read(document)))


def _anchors(text: str) -> frozenset[str]:
    found: dict[str, None] = {}
    for heading in _HEADING.findall(text):
        slug = re.sub(r"[^\w\- ]", "", _plain(heading).lower()).replace(" ", "-")
        number, unique = 0, slug
        while unique in found:
            number += 1
            unique = f"{slug}-{number}"
        found[unique] = None
    return frozenset(found)
