"""Passwords in the settings of a command are never in its output, however it ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from stream_edits.cli import cli

SECRET = "SECRET-hunter2"
GIVEN = {
    "STREAM_EDITS_KAFKA__SASL_PASSWORD": SECRET,
    "STREAM_EDITS_KAFKA__SSL_KEY_PASSWORD": SECRET,
    "STREAM_EDITS_KAFKA__SASL_OAUTHBEARER_CONFIG": f"clientSecret={SECRET}",
    "STREAM_EDITS_SCHEMA_REGISTRY_URL": "http://127.0.0.1:9",
    "STREAM_EDITS_SCHEMA_REGISTRY__BASIC_AUTH_USER_INFO": f"me:{SECRET}",
}


def commands(group: click.Command, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    if isinstance(group, click.Group):
        for name, each in group.commands.items():
            yield from commands(each, (*above, name))


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_help_shows_no_value(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, [*words, "--help"], env=GIVEN)
    assert done.exit_code == 0
    assert "Usage:" in done.output
    assert SECRET not in done.output


def refused(environ: dict[str, str], *words: str) -> str:
    """The one line that a command ends with."""
    done = CliRunner().invoke(cli, words, env=GIVEN | environ)
    assert done.exit_code == 2
    assert SECRET not in done.output
    (line,) = done.output.splitlines()
    return line


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"STREAM_EDITS_HTTP_PORT": SECRET}, "STREAM_EDITS_HTTP_PORT"),
        (
            {"STREAM_EDITS_SCHEMA_REGISTRY_URL": f"https://me:{SECRET}@registry:8081"},
            "basic.auth.user.info",
        ),
        ({"STREAM_EDITS_KAFKA_SASL_PASSWORD": SECRET}, "STREAM_EDITS_KAFKA__SASL_PASSWORD"),
        ({"STREAM_EDITS_KAFKA__SASL_PASSWRD": SECRET}, "sasl.passwrd"),
        (
            {"STREAM_EDITS_KAFKA__SASL_JAAS_CONFIG": f'PlainLoginModule password="{SECRET}";'},
            "sasl.jaas.config",
        ),
        ({"STREAM_EDITS_SCHEMA_REGISTRY__BASIC_AUTH": SECRET}, "basic.auth"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_setting_that_is_wrong_is_named_without_its_value(
    environ: dict[str, str], named: str
) -> None:
    words = ("schemas", "check") if named == "basic.auth" else ("topics", "check")
    assert named in refused(environ, *words)


def test_a_password_gone_astray_in_the_file_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    for text in (f"kafka: {SECRET}\n", f"kafka: [sasl.password, {SECRET}\n", f"{SECRET}: 1\n"):
        file.write_text(text.replace(f"{SECRET}: 1", f"batch_size: {{a: {SECRET}}}"))
        assert "settings.yaml" in refused({}, "--settings", str(file), "topics", "check")


def test_an_exception_nobody_foresaw_is_told_without_its_text(tmp_path: Path) -> None:
    claims = tmp_path / "claims.jsonl"
    claims.touch()
    broken = f"""
import sys
from stream_edits import cli
from stream_edits.cli import claims
def fail(settings, file, form, x12):
    raise RuntimeError(settings.kafka_options(), settings.registry_options())
claims.adjudicate_files = fail
sys.argv[1:] = ["adjudicate", {str(claims)!r}]
cli.main()
"""
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", broken], env=mine | GIVEN, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "a fault of the program itself" in done.stderr
    assert "RuntimeError at " in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
