"""A misspelt name of a setting or option: refused with its own name, and what was meant."""

from pathlib import Path

import pytest

from stream_edits.settings import BadSetting, load_settings


def complaint(tmp_path: Path, text: str) -> str:
    file = tmp_path / "s.yaml"
    file.write_text(text)
    with pytest.raises(BadSetting) as caught:
        load_settings(file, {})
    return str(caught.value).replace(f" in {file}", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "kafka: {sasl_password: x}\n",
            "kafka.sasl_password is not an option; did you mean sasl.password?",
        ),
        (
            "kafka: {SASL.MECHANISM: PLAIN}\n",
            "kafka.SASL.MECHANISM is not an option; did you mean sasl.mechanism?",
        ),
        ("kafka: {LOG_LEVEL: 3}\n", "kafka.LOG_LEVEL is not an option; did you mean log_level?"),
        (
            "{schema_registry_url: 'http://x', schema_registry: {ssl-ca-location: x}}\n",
            "schema_registry.ssl-ca-location is not an option; did you mean ssl.ca.location?",
        ),
    ],
)
def test_an_option_in_the_form_of_a_variable_is_named(tmp_path: Path, text: str, line: str) -> None:
    assert complaint(tmp_path, text) == line


def test_options_as_the_clients_write_them_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("kafka: {sasl.password: x, log_level: 3, debug: all}\n")
    given = load_settings(file, {}).kafka_options()
    assert given.keys() == {"bootstrap.servers", "sasl.password", "log_level", "debug"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("topics.events: mine\n", "; write events under topics"),
        ("topics_events: mine\n", "; write events under topics"),
        ("topics.event: mine\n", "; write events under topics"),
        ("topics.nothing_like_it: mine\n", ""),
        ("topics: {event: mine}\n", "; did you mean topics.events?"),
        ("kafka.sasl.mechanism: PLAIN\n", "; write sasl.mechanism under kafka"),
        ("kafka.acks: all\n", "; write acks under kafka"),
        ("schema_registry.ssl.ca.location: x\n", "; write ssl.ca.location under schema_registry"),
        ("schema_registry_ulr: x\n", "; did you mean schema_registry_url?"),
        ("STREAM_EDITS_PARTITIONS: 3\n", "; did you mean partitions?"),
        ("STREAM_EDITS_TOPICS__EVENTS: mine\n", "; write events under topics"),
        (
            "STREAM_EDITS_KAFKA__SASL_MECHANISM: PLAIN\n",
            "; write sasl.mechanism under kafka",
        ),
        ("colour: blue\n", ""),
    ],
)
def test_a_name_in_the_wrong_form_is_refused_with_its_place(
    tmp_path: Path, text: str, meant: str
) -> None:
    assert complaint(tmp_path, text).partition(": there is no such setting")[2] == meant
