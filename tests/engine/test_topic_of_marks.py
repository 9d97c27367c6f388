"""The topic of the marks itself: compacted, compared while a stage runs, made again at a start."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import TopicReplaced, TopicsUnfit
from stream_edits.engine.ports import StageConfig, TopicSettings, TopicSpec
from tests.engine.harness import Stage, outputs
from tests.engine.worked import worked


class TestCompaction:
    @pytest.mark.parametrize("policy", ["delete", "compact,delete"])
    def test_one_that_deletes_marks_is_refused(self, policy: str) -> None:
        broker = worked()
        broker.settings["known"] = TopicSettings(policy, 1_048_588)
        with pytest.raises(TopicsUnfit, match=f"known has cleanup.policy={policy}.*to compact"):
            Stage(broker).start()

    def test_without_the_right_to_look_a_stage_runs(self, caplog: pytest.LogCaptureFixture) -> None:
        broker = worked()
        del broker.settings["known"]
        Stage(broker).start()
        assert "topic_settings_unread stage=count topics=known" in caplog.text

    def test_a_small_limit_is_no_reason_to_refuse_it(self) -> None:
        broker = worked()
        broker.settings["known"] = TopicSettings("compact", 1)
        Stage(broker).start()


class TestDeletion:
    @pytest.mark.parametrize("is_made_again", [False, True])
    @pytest.mark.parametrize("is_busy", [False, True])
    def test_a_running_stage_stops_and_names_it(self, is_made_again: bool, is_busy: bool) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.delete("known")
        if is_made_again:
            broker.create("known", 1)
        if is_busy:
            broker.put("in", 0, b"k", b"4")
        else:
            stage.clock.time_s += 3.1
        with pytest.raises(TopicReplaced, match=r"known was deleted.*restart makes this one"):
            stage.run_rounds(2)
        assert len(outputs(broker)) == 3

    def test_a_start_makes_it_as_it_was(self, caplog: pytest.LogCaptureFixture) -> None:
        broker = worked()
        broker.delete("known")
        broker.put("in", 0, b"k", b"4")
        spec = TopicSpec("known", 3, "compact", initial={"segment.bytes": "1"})
        made: list[TopicSpec] = []
        create = broker.create_topic

        def created(config: StageConfig, spec: TopicSpec) -> bool:
            made.append(spec)
            return create(config, spec)

        broker.create_topic = created  # type: ignore[method-assign]
        Stage(broker, known_topics=spec).start().run_rounds(2)
        assert made == [spec]
        assert "known_topics_created stage=count topic=known" in caplog.text
        assert outputs(broker)[3:] == [b"4:4"]
        assert len(broker.visible("known")) == 1

    def test_two_stages_may_make_it_at_once(self) -> None:
        broker = worked()
        broker.delete("known")
        create = broker.create_topic

        def too_late(config: StageConfig, spec: TopicSpec) -> bool:
            create(config, spec)
            return create(config, spec)

        broker.create_topic = too_late  # type: ignore[method-assign]
        Stage(broker).start()
