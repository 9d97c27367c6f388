"""Client options that librdkafka refuses: one line with their names, never their values."""

import pytest
from click.testing import CliRunner

from stream_edits.cli import cli

SCRAM = {
    "SECURITY_PROTOCOL": "SASL_SSL",
    "SASL_MECHANISM": "SCRAM-SHA-512",
    "SASL_USERNAME": "SECRET-user",
    "SASL_PASSWORD": "SECRET-password",
}


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SASL_MECHANISM", "SECRET-FOO", "sasl.mechanism"),
        ("SASL_PASWORD", "SECRET", "sasl.pasword"),
        ("SSL_CA_LOCATION", "/SECRET/ca.pem", "ssl.ca.location"),
        ("SSL_KEY_PEM", "SECRET.sasl.password", "ssl.key.pem"),
        ("SECURITY_PROTOCOL", "SECRET.name", "security.protocol"),
        ("SASL_PASSWORD", "", "sasl.password"),
        ("DEBGU", "SECRET", "debgu"),
        ("DEBUG", "SECRET", "debug"),
        ("ACKS", "SECRET", "acks"),
    ],
)
@pytest.mark.parametrize("words", [["topics", "check"], ["topics", "create"]])
def test_an_option_no_client_takes_is_a_bad_setting(
    name: str, value: str, named: str, words: list[str]
) -> None:
    environ = {f"STREAM_EDITS_KAFKA__{key}": held for key, held in (SCRAM | {name: value}).items()}
    done = CliRunner().invoke(cli, words, env=environ)
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("stream-edits: the Kafka client cannot use the kafka options: check ")
    assert named in line
    assert "SECRET" not in line
