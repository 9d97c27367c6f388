"""What is wrong with a YAML file, in the words of people who write it.

The libraries speak of nodes, tokens and types; whoever keeps a policy does not.
"""

import re
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

# A key that is compared with others to find what was meant.
_LONGEST_KEY = 80
_LIKE_A_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_QUOTED_DAY = re.compile(r"""(["'])(\d{4}-\d{2}-\d{2})\1[ \t]*:[ \t]*""")
_DATE_PARTS = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")

# How pydantic begins its messages, and what people say. The first that fits is taken.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"(?:Value error|Assertion failed), (.*)", r"\1"),
    (r"Field required", "is missing"),
    (r"Extra inputs are not permitted", "is not a key known here"),
    (r"Input should be a (?:valid )?(?:dictionary|mapping).*", "should be a mapping"),
    (r"Input should be an instance of .*", "should be a mapping"),
    (r"Input should be a valid (?:list|tuple|set|frozenset|sequence).*", "should be a list"),
    (r"Input should be a valid string.*", "should be text"),
    (r"Input should be a valid (?:number|decimal).*", "should be a number"),
    (r"Input should be a valid integer.*", "should be a whole number"),
    (r"Input should be a valid boolean.*", "should be true or false"),
    (r"Input is not a valid path.*", "should be the path of a file or folder"),
    (
        r"(?:Input should be a valid date|Datetimes provided to dates).*",
        "should be a date, as in 2026-01-31",
    ),
    (r"Input should be a valid (?:time|datetime).*", "should be a time, as in 2026-01-31T09:30:00"),
    (
        r"\w+ should have at least \d+ (?:items?|characters?)(?:.*, not 0)?",
        "should not be empty",
    ),
    (r"\w+ should have at least (\d+) items?.*", r"should have at least \1 entries"),
    (r"\w+ should have at most (\d+) (?:items?|characters?).*", r"should be shorter: at most \1"),
    (r"String should match pattern .*", "has characters that are not allowed here"),
    (r"Input (should .*)", r"\1"),
)


def plain_message(message: str) -> str:
    """A message of pydantic in the words of people who write YAML."""
    for theirs, ours in _MESSAGES:
        found = re.fullmatch(theirs, message, re.DOTALL)
        if found:
            quoted = found.expand(ours)
            return quoted.replace("'", "") if theirs.startswith("Input") else quoted
    return message


# What the parser of YAML says, and what people say.
_SYNTAX: tuple[tuple[str, str], ...] = (
    (r'found duplicate key "(.*?)" with .*', "{0} is given twice: keep one of them"),
    (
        r"found character '\\t' that cannot start any token",
        "a tab: indent with spaces",
    ),
    (
        r"found character '(.)' that cannot start any token",
        "a text that begins with {0} needs quotation marks",
    ),
    (
        r"found undefined alias .*|.* expected alphabetic or numeric character.*",
        "a text that begins with * or & needs quotation marks",
    ),
    (
        r"could not determine a constructor for the tag .*|expected URI.*|found undefined tag .*",
        "a text that begins with ! needs quotation marks",
    ),
    (
        r"mapping values are not allowed here",
        "the colon or the indentation does not fit: begin keys of one level in the same column, "
        "and put a text with a colon in quotation marks",
    ),
    (
        r"sequence entries are not allowed here",
        "the - does not fit here: begin the entries of a list on lines of their own",
    ),
    (
        r"expected <block end>, but found .*|.*inconsistent indentation.*",
        "the indentation does not fit the lines above: begin keys of one level in the same column",
    ),
    (r"could not find expected ':'", "a colon is missing after a key, or a quotation mark"),
    (
        r"expected ',' or '(.)', but got .*",
        "a bracket is not closed: a {0} or a , is missing",
    ),
    (
        r"found unexpected end of stream",
        "a text in quotation marks begins here and does not end",
    ),
    (r"found unknown escape character .*", "write a \\ in single quotation marks, not in double"),
    (
        r"but found another document|expected .document start.*",
        "a second document begins here: write one only, without ---",
    ),
)


def plain_syntax(problem: str) -> str:
    """A message of the YAML parser in plain words."""
    for theirs, ours in _SYNTAX:
        found = re.fullmatch(theirs, problem)
        if found:
            return ours.format(*(group.strip("'") for group in found.groups(default="")))
    return f"is not YAML: {problem}"


def with_plain_days(text: str) -> str:
    """The text with keys that are days freed of quotation marks.

    JSON has every key in them, and so do many programs that write YAML.
    """
    return _QUOTED_DAY.sub(r"\2: ", text)


def as_written(key: object) -> str:
    """A key as YAML has it. pydantic names those that are no text as Python does."""
    return {"True": "true", "False": "false", "None": "null"}.get(str(key), str(key))


def about_date(typed: object, below: Sequence[str]) -> str:
    """What is wrong with a key that should be a date. ``below`` are the keys that follow a date."""
    text = str(typed)
    if text in below:
        return "stands beside the dates: indent it further, below the date from which it holds"
    found = _DATE_PARTS.match(text)
    try:
        meant = date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        meant = ""
    if not meant:
        return (
            "is not a date: write the date from which the value holds as in 2026-01-31, and "
            "below it the value"
        )
    return f"is not a date: write {meant}"


def meant_key(typed: str, keys: Sequence[str]) -> str:
    """What a misspelt key was meant to be, or else which keys there are."""
    if typed != typed.strip() or "\u00a0" in typed:
        return ": it contains a character that looks like a space; type the line again"
    for key in keys:
        if typed.startswith(f"{key}:"):
            return f"; write a space after the colon of {key}"
        if typed.startswith(f"{key} "):
            return f"; a colon is missing after {key}"
    near = get_close_matches(typed, keys, n=1) if len(typed) <= _LONGEST_KEY else []
    if near:
        return f"; did you mean {near[0]}?"
    return f"; the keys are {', '.join(keys)}" if keys else ""


def not_text(data: bytes, error: UnicodeDecodeError) -> tuple[str, int | None]:
    """What to do with a file that is not UTF-8, and the line of the first byte that is not."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "is UTF-16 text: save it as UTF-8", None
    line = data[: error.start].count(b"\n") + 1
    return "a character is not UTF-8: save the file as UTF-8", line


def shortened(text: str, most: int) -> str:
    """The text, or its beginning if it is longer, with `?` for what controls a terminal."""
    shown = "".join(x if x.isprintable() else "?" for x in text[:most])
    return shown if len(text) <= most else f"{shown}..."


def unseen_character(text: str) -> tuple[str, int] | None:
    """What to do about the first character that YAML does not allow, and its line.

    An escape may write half of a character (a surrogate).
    """
    half = re.search(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\U0000[dD][89a-fA-F]", text)
    if half is not None:
        line = text.count("\n", 0, half.start()) + 1
        return f"{half.group()} is half a character: write the character itself", line
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]", text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return "a character that cannot be seen stands here: type the line again", line


def no_such_day(text: str) -> tuple[str, int] | None:
    """What is wrong with the first thing that looks like a date and is none, and its line."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in _LIKE_A_DATE.findall(line):
            try:
                date.fromisoformat(found)
            except ValueError:
                return f"{found} is not a date: there is no such day (year-month-day)", number
    return None
