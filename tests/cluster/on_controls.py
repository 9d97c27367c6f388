"""Negative controls: a chart with a fault fails where it should."""

import shutil
from pathlib import Path

import pytest

from tests.cluster.cycle import live
from tests.cluster.report import COUNTS
from tests.cluster.space import Space
from tests.helm.chart import values_file
from tests.helm.tool import CHART

# What is changed: file, text, other text; and how the life of a release fails.
_MUTANTS = {
    "no seccompProfile": (
        "values.yaml",
        "  seccompProfile:\n    type: RuntimeDefault\n",
        "",
        "violates PodSecurity|seccompProfile",
    ),
    "a random annotation on the pods": (
        "templates/statefulset.yaml",
        "        checksum/settings:",
        "        random: {{ randAlphaNum 9 | quote }}\n        checksum/settings:",
        "the same upgrade changed",
    ),
    "a hook that is kept": (
        "templates/_hooks.tpl",
        "before-hook-creation,hook-succeeded",
        "before-hook-creation",
        "hooks are left",
    ),
    "`resource-policy: keep` on the Services": (
        "templates/service.yaml",
        "  labels:\n",
        "  annotations:\n    helm.sh/resource-policy: keep\n  labels:\n",
        "the uninstallation left",
    ),
    "a test pod that fails": (
        "templates/tests/running.yaml",
        '(dict "root" . "image" .Values.image)',
        '(dict "root" . "image" (dict "repository" "x" "tag" "failing" "pullPolicy" "Never"))',
        "pod edits-stream-edits-test failed|status: Failed",
    ),
    "a selector of its revision": (
        "templates/_names.tpl",
        "app.kubernetes.io/instance: {{ .Release.Name | quote }}\n",
        "app.kubernetes.io/instance: {{ .Release.Name | quote }}\n"
        "app.kubernetes.io/revision: {{ .Release.Revision | quote }}\n",
        "nameOverride cannot change|Forbidden",
    ),
}


@pytest.mark.parametrize("mutant", _MUTANTS)
def test_a_faulty_chart_fails(mutant: str, space: Space, tmp_path: Path) -> None:
    file, before, after, shown = _MUTANTS[mutant]
    chart = tmp_path / "stream-edits"
    shutil.copytree(CHART, chart)
    text = (chart / file).read_text(encoding="utf-8")
    assert before in text
    (chart / file).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(AssertionError, match=shown):
        live(space, values_file("default"), chart)
    COUNTS.mutants[mutant] = shown.partition("|")[0] or "`helm test` fails"
