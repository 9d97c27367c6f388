"""Mutations of 837 files: what transfers, converters and people do to them, and worse."""

import random
from collections.abc import Callable

_BYTES = "*:~^|>+\n\r \0\t\"'{}0AZz9-.é\u00a7"


def mutated(text: str, seeds: list[str], rng: random.Random) -> bytes:
    """The text after one to four mutations, as bytes of some encoding."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        text = rng.choice(_MUTATIONS)(text, rng)
    if rng.random() < 0.05:
        other = rng.choice(seeds)
        cut = rng.randrange(len(text) + 1)
        text = text[:cut] + other[rng.randrange(len(other)) :]
    if rng.random() < 0.9:
        return text.encode("latin-1", "replace")
    encoding = rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"))
    return text.encode(encoding, "replace")


def _truncated(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _beheaded(text: str, rng: random.Random) -> str:
    return text[rng.randrange(len(text) + 1) :]


def _dropped(text: str, rng: random.Random) -> str:
    return _segments(text, lambda parts: parts.pop(rng.randrange(len(parts))))


def _swapped(text: str, rng: random.Random) -> str:
    def swap(parts: list[str]) -> None:
        first, second = rng.randrange(len(parts)), rng.randrange(len(parts))
        parts[first], parts[second] = parts[second], parts[first]

    return _segments(text, swap)


def _moved(text: str, rng: random.Random) -> str:
    def move(parts: list[str]) -> None:
        part = parts.pop(rng.randrange(len(parts)))
        parts.insert(rng.randrange(len(parts) + 1), part)

    return _segments(text, move)


def _repeated(text: str, rng: random.Random) -> str:
    def repeat(parts: list[str]) -> None:
        parts.insert(rng.randrange(len(parts) + 1), rng.choice(parts))

    return _segments(text, repeat)


def _other_separator(text: str, rng: random.Random) -> str:
    old, new = rng.choice("*:~"), rng.choice(_BYTES)
    if rng.random() < 0.5:
        return text.replace(old, new)
    start = rng.randrange(len(text) + 1)
    return text[:start] + text[start:].replace(old, new, rng.choice((1, 2, 5, -1)))


def _other_character(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_BYTES) + text[at + 1 :]


def _inserted(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_BYTES) * rng.choice((1, 1, 2, 9)) + text[at:]


def _huge(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice("A9*: ") * rng.choice((300, 5_000, 20_000, 150_000)) + text[at:]


def _other_element(text: str, rng: random.Random) -> str:
    def change(parts: list[str]) -> None:
        at = rng.randrange(len(parts))
        elements = parts[at].split("*")
        elements[rng.randrange(len(elements))] = rng.choice(
            ("", "0", "-1", "1E5", "NaN", "99999999", "20251332", "XX", "HL", "9" * 40, "é", "23")
        )
        parts[at] = "*".join(elements)

    return _segments(text, change)


def _segments(text: str, change: Callable[[list[str]], object]) -> str:
    parts = text.split("~")
    change(parts)
    return "~".join(parts)


_COMMON = [_truncated, _dropped, _swapped, _moved, _repeated, _other_separator, _other_element]
_MUTATIONS = [*_COMMON, *_COMMON, *_COMMON, _beheaded, _other_character, _inserted]
_MUTATIONS += [*_MUTATIONS, _huge]
