"""Files that a command generates and that are kept in the repository."""

from pathlib import Path


def is_current(file: Path, text: str) -> bool:
    """Whether the file exists and holds exactly this text."""
    return file.exists() and file.read_text(encoding="utf-8") == text


def write(file: Path, text: str) -> None:
    """Replace the file's text. Raises OSError."""
    file.write_text(text, encoding="utf-8")
