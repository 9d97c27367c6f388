"""Texts that a function makes clean, kept by their octets."""

from collections.abc import Callable, Mapping

Cleaning = Mapping[str, Mapping[str, Callable[[str], str]]]


class CleanTexts(dict[bytes, str]):
    """UTF-8 octets to a text made clean. Short texts are kept: most are codes that come again."""

    _MOST = 1 << 14
    _LONGEST = 24

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def __missing__(self, octets: bytes) -> str:
        """The clean text. Raises UnicodeDecodeError."""
        text = self._clean(octets.decode())
        if len(octets) <= self._LONGEST:
            if len(self) >= self._MOST:
                self.clear()
            self[octets] = text
        return text
