"""Log lines: one each, allow-listed, and never a value out of an exception or a library."""

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Literal

import pytest

from stream_edits.logs import configure_logs

PATIENT = "member-4711"
# A signal comes while an object is deleted, where Python cannot raise.
_SWALLOWED = """
import os, signal, sys, time
from stream_edits.logs import configure_logs

class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)

configure_logs("json", "INFO")
signal.signal(signal.SIGINT, lambda number, _: sys.exit(128 + number))
here = Deleted()
del here
for _ in range(1000):
    time.sleep(0.01)
"""


@pytest.fixture
def root_restored() -> Iterator[None]:
    root, hook = logging.getLogger(), sys.excepthook
    in_thread, unraisable = threading.excepthook, sys.unraisablehook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], sys.excepthook = handlers, hook
    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    root.setLevel(level)
    logging.captureWarnings(False)


def configured(form: Literal["console", "json"] = "json") -> io.StringIO:
    stream = io.StringIO()
    configure_logs(form, "INFO", stream)
    return stream


def boom() -> None:
    try:
        raise KeyError(PATIENT)
    except KeyError as failure:
        raise ValueError(f"no claim of {PATIENT}") from failure


pytestmark = pytest.mark.usefixtures("root_restored")


def test_an_event_is_one_json_object_with_allowed_fields_only() -> None:
    stream = configured()
    fields = {"stage": "intake", "partition": 3, "member_id": PATIENT}
    logging.getLogger("stream_edits.engine").info(
        f"assigned member={PATIENT}", extra={"event": "assigned", "fields": fields}
    )
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "stream_edits.engine",
        "event": "assigned",
        "stage": "intake",
        "partition": 3,
    }


def test_arguments_of_a_message_are_not_filled_in() -> None:
    stream = configured()
    logging.getLogger("stream_edits").warning("read %s", PATIENT)
    assert json.loads(stream.getvalue())["event"] == "read %s"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_exception_is_its_types_and_places(form: Literal["console", "json"]) -> None:
    stream = configured(form)
    try:
        boom()
    except ValueError:
        logging.getLogger("stream_edits").exception("stopped")
    text = stream.getvalue()
    assert PATIENT not in text
    assert "ValueError at test_logs.py:" in text
    assert " boom < test_logs.py:" in text
    assert "KeyError at test_logs.py:" in text


@pytest.mark.parametrize("client", ["librdkafka", "stream_edits.engine.client"])
def test_other_libraries_messages_are_withheld_but_librdkafkas(client: str) -> None:
    stream = configured()
    logging.getLogger("httpx").warning("GET /%s", PATIENT, extra={"fields": {"stage": PATIENT}})
    logging.getLogger(client).warning("%s [%s]", "FAIL", "broker down\nfor now")
    foreign, kafka = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert foreign["event"].startswith("message withheld (test_logs.py:")
    assert PATIENT not in json.dumps(foreign)
    assert kafka["event"] == "FAIL [broker down for now]"


def test_an_uncaught_exception_is_logged_the_same_way() -> None:
    stream = configured()
    try:
        boom()
    except ValueError as failure:
        sys.excepthook(type(failure), failure, failure.__traceback__)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["event"]) == ("CRITICAL", "uncaught")
    assert PATIENT not in stream.getvalue()


def test_what_escapes_a_thread_or_a_destructor_is_too(capfd: pytest.CaptureFixture[str]) -> None:
    stream = configured()

    class Broken:
        def __del__(self) -> None:
            boom()

    thread = threading.Thread(target=boom)
    thread.start()
    thread.join()
    Broken()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["uncaught", "uncaught"]
    assert PATIENT not in stream.getvalue()
    assert capfd.readouterr() == ("", "")


def test_the_console_shows_a_person_the_same() -> None:
    stream = configured("console")
    fields = {"stage": "intake", "wait_s": 0.5}
    logging.getLogger("stream_edits.engine").warning("-", extra={"event": "wait", "fields": fields})
    assert stream.getvalue().rstrip().endswith("Z WARNING wait stage=intake wait_s=0.5")


def test_a_signal_that_cannot_raise_where_it_comes_ends_the_process_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SWALLOWED], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, b"")
