"""Settings: precedence, names as their author wrote them, and errors without values."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from stream_edits.settings import BadSetting, Settings, load_settings, settings_table

SECRET = "hunter2-do-not-show"


def from_text(tmp_path: Path, text: str, **environ: str) -> Settings:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    return load_settings(file, environ)


def complaint(tmp_path: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(BadSetting) as caught:
        from_text(tmp_path, text, **environ)
    line = str(caught.value)
    assert "\n" not in line
    assert SECRET not in line
    assert caught.value.__cause__ is None
    return line.replace(f" in {tmp_path}/settings.yaml", " in FILE").replace(str(tmp_path), "DIR")


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load_settings(environ={})
    assert settings.topics.by_key() == {
        "events": "claims.events",
        "reviews": "claims.edits.reviews",
        "by_member": "claims.edits.by-member",
        "by_supervisor": "claims.edits.by-supervisor",
        "pass": "claims.edits.pass",
        "pend": "claims.edits.pend",
        "deny": "claims.edits.deny",
        "dead_letter": "claims.edits.dead-letter",
        "redriven": "claims.edits.redriven",
        "known_topics": "claims.edits.known-topics",
        "encounter_state": "claims.edits.encounter-state",
        "supervision_state": "claims.edits.supervision-state",
    }
    assert settings == Settings()
    assert settings.registry_options() == {}


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    text = "batch_size: 7\nlinger_ms: 8\ntopics: {events: a, pass: b}\n"
    settings = from_text(
        tmp_path, text, STREAM_EDITS_BATCH_SIZE="9", STREAM_EDITS_TOPICS__EVENTS="c"
    )
    assert (settings.batch_size, settings.linger_ms, settings.partitions) == (9, 8, 6)
    assert (settings.topics.events, settings.topics.pass_) == ("c", "b")
    assert settings.topics.deny == "claims.edits.deny"


def test_a_variable_may_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("rollup: strict\n")
    settings = load_settings(environ={"STREAM_EDITS_SETTINGS": str(tmp_path / "s.yaml")})
    assert settings.rollup == "strict"


def test_empty_variables_and_keys_without_a_value_count_as_not_set(tmp_path: Path) -> None:
    assert from_text(tmp_path, "policy:\n", STREAM_EDITS_BATCH_SIZE="") == Settings()


def test_client_options_pass_through_from_both_sources(tmp_path: Path) -> None:
    settings = from_text(
        tmp_path,
        "kafka: {sasl.mechanism: PLAIN, socket.keepalive.enable: true, client.rack: 4}\n",
        STREAM_EDITS_KAFKA__SASL_MECHANISM="SCRAM-SHA-512",
        STREAM_EDITS_KAFKA__LOG_LEVEL="3",
        STREAM_EDITS_SCHEMA_REGISTRY_URL="https://registry:8081",
        STREAM_EDITS_SCHEMA_REGISTRY__BASIC_AUTH_USER_INFO="me:secret",
    )
    assert settings.kafka_options() == {
        "bootstrap.servers": "localhost:9092",
        "sasl.mechanism": "SCRAM-SHA-512",
        "socket.keepalive.enable": "true",
        "client.rack": "4",
        "log_level": "3",
    }
    assert settings.registry_options() == {
        "url": "https://registry:8081",
        "basic.auth.user.info": "me:secret",
    }


def test_option_values_are_never_shown() -> None:
    settings = load_settings(environ={"STREAM_EDITS_KAFKA__SSL_KEY_PASSWORD": SECRET})
    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())]
    assert not [text for text in shown if SECRET in text]
    assert settings.kafka_options()["ssl.key.password"] == SECRET


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("BATCH_SIZE", "0", "should be greater than or equal to 1"),
        ("BATCH_SIZE", SECRET, "should be a whole number"),
        ("ROLLUP", SECRET, "should be standard or strict"),
        ("KAFKA", SECRET, "should be a table of names and values"),
        ("TOPICS", SECRET, "should be a table of names and values"),
        ("TOPICS__PASS", "claims.events", "should differ from topics.events"),
        (
            "TOPICS__EVENTS",
            f"{SECRET} ",
            "should be 1 to 200 letters, digits, dots, hyphens and underscores",
        ),
        ("INSTANCE", "-1", "should be a whole number, or a pod's name that ends in one"),
        ("INSTANCE", "--2", "should be a whole number, or a pod's name that ends in one"),
        ("INSTANCE", SECRET + "x", "should be a whole number, or a pod's name that ends in one"),
        ("KAFKA__GROUP_ID", SECRET, "cannot be passed through: it follows from group_prefix"),
        ("KAFKA__METADATA_BROKER_LIST", "x:1", "cannot be passed through: it has a setting of its"),
        ("KAFKA__AUTO_OFFSET_RESET", "latest", "cannot be passed through: a lost offset must stop"),
        ("SCHEMA_REGISTRY_URL", f"https://me:{SECRET}@registry", "should hold no user or password"),
        ("SCHEMA_REGISTRY_URL", SECRET, "should be a web address that begins with http"),
        ("SESSION_TIMEOUT_MS", "900000", "should not be above max_poll_interval_ms"),
        ("EVIDENCE_RETENTION_DAYS", "29", "should be greater than or equal to 30"),
        ("EVIDENCE_RETENTION_DAYS", "1460", "should not be below retention_days"),
        ("BREAKER_MINIMUM", "1001", "should not be above breaker_window"),
    ],
)
def test_a_bad_value_is_named_as_the_variable(
    tmp_path: Path, name: str, value: str, line: str
) -> None:
    error = complaint(tmp_path, **{f"STREAM_EDITS_{name}": value})
    assert error.startswith(f"STREAM_EDITS_{name} {line}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("batch_size: many\n", "batch_size in FILE should be a whole number"),
        ("kafka: {transactional.id: x}\n", "kafka.transactional.id in FILE cannot be passed"),
        ("kafka: {sasl.password: [x]}\n", "kafka.sasl.password in FILE should be text"),
        ("topics: {events: {a: b}}\n", "topics.events in FILE should be text"),
        ("topics: {deny: claims.events}\n", "topics.deny in FILE should differ from topics.events"),
        ("partitions: true\n", "partitions in FILE should be a number"),
        ("evidence_retention_days: yes\n", "evidence_retention_days in FILE should be a"),
        ("evidence_retention_days: true\n", "evidence_retention_days in FILE should be a number"),
        ("breaker_share: true\n", "breaker_share in FILE should be a number"),
        ("instance: true\n", "instance in FILE should be a number"),
        ("instance: -1\n", "instance in FILE should be a whole number"),
        ("topics: 5\n", "topics in FILE should be a table of names and values"),
        ("policy: 5\n", "policy in FILE should be the path of a file or folder"),
        ("edits: [a]\n", "edits in FILE should be the path of a file or folder"),
        (f"linger: {SECRET}\n", "linger in FILE: there is no such setting"),
        ("linger_m: 5\n", "linger_m in FILE: there is no such setting; did you mean linger_ms?"),
        (f"a: 1\na: {SECRET}\n", "DIR/settings.yaml:2: a key is given twice"),
        (f"a: [{SECRET}\n", "DIR/settings.yaml:2: not readable as YAML"),
        (f"a: &x {SECRET}\nb: &x 1\n", "DIR/settings.yaml: not readable as YAML"),
        ("[" * 3000, "DIR/settings.yaml: not readable as YAML"),
        ("kafka: &a {b: *a}\n", "kafka.b in FILE should be text"),
        (f"- {SECRET}\n", "DIR/settings.yaml: should be a mapping of settings to values"),
    ],
)
def test_a_bad_file_is_named_with_its_key(tmp_path: Path, text: str, line: str) -> None:
    assert complaint(tmp_path, text).startswith(line)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read: No such file"):
        load_settings(tmp_path / "none.yaml", {})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("STREAM_EDITS_BATCHSIZE", "STREAM_EDITS_BATCH_SIZE"),
        ("STREAM_EDITS_TOPICS__EVENT", "STREAM_EDITS_TOPICS__EVENTS"),
        ("STREAM_EDITS_KAFKA_SASL_PASSWORD", "STREAM_EDITS_KAFKA__SASL_PASSWORD"),
    ],
)
def test_a_misspelt_variable_is_refused(tmp_path: Path, name: str, meant: str) -> None:
    error = complaint(tmp_path, **{name: SECRET})
    assert error == f"{name}: there is no such setting; did you mean {meant}?"


def test_variables_of_tests_and_of_kubernetes_services_are_not_settings() -> None:
    address = "tcp://10.0.0.1:9464"
    environ = {
        "STREAM_EDITS_TEST_BROKER": "none",
        "STREAM_EDITS_SERVICE_HOST": "10.0.0.1",
        "STREAM_EDITS_SERVICE_PORT_METRICS": "9464",
        "STREAM_EDITS_PORT": address,
        "STREAM_EDITS_PORT_9464_TCP": address,
        "STREAM_EDITS_PORT_9464_TCP_ADDR": "10.0.0.1",
        "STREAM_EDITS_HTTP_PORT": address,  # of a service named stream-edits-http
        "STREAM_EDITSX": "another program's",
    }
    assert load_settings(environ=environ) == Settings()


@pytest.mark.parametrize(
    ("environ", "instance"),
    [
        ({}, 0),
        ({"HOSTNAME": "stream-edits-encounter-2"}, 2),
        ({"HOSTNAME": "laptop"}, 0),
        ({"HOSTNAME": "pod-2", "STREAM_EDITS_INSTANCE": "5"}, 5),
        ({"STREAM_EDITS_INSTANCE": "pod-7"}, 7),
        ({"STREAM_EDITS_INSTANCE": "a--7"}, 7),
    ],
)
def test_the_instance_is_the_pods_ordinal(environ: dict[str, str], instance: int) -> None:
    settings = load_settings(environ=environ)
    assert settings.instance == instance
    assert settings.group_id("intake") == "stream-edits-intake"
    assert settings.transactional_id("intake") == f"stream-edits-intake-{instance}"
    assert settings.group_instance_id("intake") is None


def test_a_static_member_is_named_like_its_producer() -> None:
    settings = load_settings(environ={"STREAM_EDITS_STATIC_MEMBERSHIP": "true"})
    assert settings.group_instance_id("intake") == settings.transactional_id("intake")


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        Settings().batch_size = 1  # type: ignore[misc]


def test_the_table_has_every_setting_with_a_meaning() -> None:
    table = settings_table()
    assert "| `topics.pass` | `STREAM_EDITS_TOPICS__PASS` | `claims.edits.pass` |" in table
    assert "| `kafka` | `STREAM_EDITS_KAFKA__…` | none |" in table
    assert "None" not in table
    assert table.count("\n") == 2 + len(Settings.model_fields) - 1 + 12
