"""The table of the topics that each stage reads and writes."""

from stream_edits.app.wiring import STAGE_TOPICS, Stage, runners, stage_config
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings


def test_the_table_has_every_topic_of_the_settings_but_those_of_the_engine() -> None:
    used = {
        key
        for own in STAGE_TOPICS.values()
        for key in (own.input, own.changelog, *own.outputs)
        if key is not None
    }
    of_engine = {"dead_letter", "redriven", "known_topics"}
    assert used | of_engine == Settings().topics.by_key().keys()
    assert not used & of_engine


def test_internal_are_the_topics_between_stages_and_the_changelogs() -> None:
    settings = Settings()
    topics = settings.topics
    for stage in Stage:
        assert stage_config(settings, stage).internal_topics == {
            topics.by_member,
            topics.by_supervisor,
            topics.encounter_state,
            topics.supervision_state,
        }


def test_only_stages_that_send_claims_count_them() -> None:
    metrics = Metrics()
    runners(Settings(), list(Stage), metrics)
    (claims,) = metrics.claims.collect()
    counted = {(each.labels["stage"], each.labels["outcome"]) for each in claims.samples}
    assert counted == {
        ("intake", "sent_on"),
        ("intake", "decided"),
        ("encounter", "sent_on"),
        ("encounter", "decided"),
        ("supervision", "sent_on"),
        ("supervision", "reopened"),
        ("supervision", "decided"),
    }
