"""The kinds of documents as a biller knows them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

_IN_WORDS = {
    "by_report": "a report of the service",
    "invoice": "the invoice",
    "itemized_statement": "an itemized statement",
}
_NONE: Mapping[str, str] = MappingProxyType({})


def document_in_words(kind: str, article: str = "") -> str:
    """A kind of document as a biller knows it; with the article, unless its words have one."""
    words = kind.replace("_", " ")
    if words.endswith("necessity"):
        return f"documentation of {words}"
    return _IN_WORDS.get(kind, article + words)


def documents_in_words(
    kinds: Iterable[str], own: Mapping[str, str] = _NONE, last: str = "and"
) -> str:
    """Several kinds, as a sentence lists them. Those with words of the sentence's ``own`` come
    last, because such words may go on for long."""
    words = [
        own.get(kind) or document_in_words(kind, "the ")
        for kind in sorted(kinds, key=lambda each: each in own)
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
