"""The files that a command names: opened, unpacked and told apart."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from stream_edits.codec.errors import MalformedFile, UnreadableCodec
from stream_edits.codec.files import BadFile, Opened, opened
from stream_edits.codec.files.layers import buffered, reader_of
from stream_edits.text import counted

STDIN = "-"


class BadFiles(Exception):
    """A file that was named cannot be read: one line that names it and says why.

    ``reason`` is the same without the name.
    """

    def __init__(self, reason: str, name: str | None = None) -> None:
        super().__init__(reason if name is None else f"{name} cannot be read: {reason}")
        self.reason = reason


class InputFile(NamedTuple):
    """A file to read: as it was named, and the name that decisions give as their source."""

    path: str
    name: str
    size: int | None

    @property
    def can_be_read_twice(self) -> bool:
        """True for a file on a disk, False for a pipe."""
        return self.size is not None

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return "standard input" if self.path == STDIN else self.path

    @contextmanager
    def opened(self, count: Callable[[int], None] = lambda _: None) -> Iterator[Opened]:
        """The file, unpacked; ``count`` gets the number of bytes read. Raises BadFiles."""
        try:
            if self.path == STDIN:
                yield _opened(self.shown, sys.stdin.buffer, count)
                return
            with Path(self.path).open("rb") as file:
                yield _opened(self.path, file, count)
        except (BadFile, MalformedFile, UnreadableCodec) as bad:
            raise BadFiles(str(bad), self.shown) from None


def inputs_of(paths: Sequence[str], but_not: Path | None = None) -> list[InputFile]:
    """The files of a command line in their order; a folder stands for its files, by name.

    A file's name is that without its folder, if no other file has the same. Hidden files of a
    folder, its folders and ``but_not`` are left out. Raises BadFiles.
    """
    found: list[InputFile] = []
    for path in paths:
        if path == STDIN:
            if any(each.path == STDIN for each in found):
                raise BadFiles("standard input (-) can be read once only")
            found.append(InputFile(STDIN, STDIN, None))
        elif Path(path).is_dir():
            found += _of_folder(Path(path), but_not)
        else:
            found.append(_input(Path(path)))
    names = Counter(each.name for each in found)
    # A record is known by the name of its file and its place there, so no two files share a name.
    return [each._replace(name=each.path) if names[each.name] > 1 else each for each in found]


def folders_not_read(paths: Sequence[str]) -> Iterator[str]:
    """A message for each folder of a command line that has folders in it, which are not read."""
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            within = [x for x in Path(path).iterdir() if x.is_dir() and not x.name.startswith(".")]
            if within:
                what = counted(len(within), "folders")
                yield f"{path}: {what} in it not read; to read a folder, name it"


def others_not_read(paths: Sequence[str]) -> Iterator[str]:
    """A message for each thing in a folder of a command line that is neither file nor folder."""
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            for each in sorted(Path(path).iterdir()):
                if not (each.is_file() or each.is_dir() or each.name.startswith(".")):
                    what = "not a regular file" if each.exists() else "a link to nothing"
                    yield f"{each} cannot be read: {what}"


def _of_folder(folder: Path, but_not: Path | None) -> list[InputFile]:
    entries = sorted(folder.iterdir())
    files = [each for each in entries if each.is_file() and not each.name.startswith(".")]
    if but_not is not None and but_not.exists():
        files = [each for each in files if not each.samefile(but_not)]
    if not files:
        raise BadFiles(f"{folder}: the folder has no files")
    return [_input(each) for each in files]


def _input(path: Path) -> InputFile:
    found = path.stat()
    return InputFile(str(path), path.name, found.st_size if stat.S_ISREG(found.st_mode) else None)


def _opened(path: str, file: BinaryIO, count: Callable[[int], None]) -> Opened:
    """Raises BadFile, MalformedFile, OSError with the file's name."""
    more = reader_of(file)

    def next_piece() -> bytes:
        try:
            data = more()
        except OSError as error:
            raise OSError(error.errno, os.strerror(error.errno or 0), path) from None
        count(len(data))
        return data

    return opened(buffered(next_piece))
