"""`policy cases`: runs the cases of a plan's own edits. Raises PolicyError."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from stream_edits.commands.cases.case_files import Case, cases_in
from stream_edits.commands.cases.case_results import case_failures
from stream_edits.commands.new_edit import CASES
from stream_edits.domain.claim import LineOfBusiness
from stream_edits.domain.decision import Source
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies, shipped_folders
from stream_edits.policies.loading.own_edits import FILE, OwnEdits
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.shapes.known import has_shape
from stream_edits.stages.pipeline import adjudicate
from stream_edits.strict_yaml import YamlSource
from stream_edits.text import counted, verb


class Result(NamedTuple):
    """What `policy cases` prints, and whether every case held."""

    text: str
    holds: bool


def run_cases(folder: Path) -> Result:
    """Run the cases of a folder of own edits, or of one edit in it."""
    only = None
    if (folder / FILE).is_file() and has_shape(folder / FILE):
        only, folder = folder.resolve(), folder.resolve().parent
    own = OwnEdits(folder, shipped_folders())
    run = _Run(own)
    governed = own.about.lines_of_business
    line_of_business = next(each for each in LineOfBusiness if each in governed)
    lines, failed, count = [], 0, 0
    for edit_id, home in own.homes():
        if only not in (None, home.resolve()):
            continue
        file = home / CASES
        if not file.is_file():
            raise PolicyError("is missing: cases show what an edit does", str(file))
        for case in cases_in(file, edit_id, line_of_business):
            failures = run.failures(case, file)
            count += 1
            failed += bool(failures)
            lines.append(f"{'FAILED' if failures else 'ok':<6}  {edit_id}: {case.file.name}")
            lines += [f"        {each}" for each in failures]
    held = f"{counted(count, 'cases')} {verb(count, 'holds', 'hold')}"
    lines.append(f"{failed} of {counted(count, 'cases')} failed" if failed else held)
    return Result("\n".join(lines) + "\n", not failed)


class _Run:
    """Decides the claims of cases under the edit of each, beside the packaged encounters."""

    def __init__(self, own: OwnEdits) -> None:
        self._own = own
        self._shipped = [_asking(policy, ()) for policy in load_policies().all]
        self._plain = load_policies(folders=[own]).all[0]

    def failures(self, case: Case, file: Path) -> Sequence[str]:
        """How the case fails; empty when it holds."""
        policy = self._policy(case, file)
        asked = (case.edit_id, *case.file.needs)
        unknown = sorted(set(asked) - {edit.id for edit in policy.edits})
        if unknown:
            raise YamlSource(file).fail((case.place, "with"), f"there is no edit {unknown[0]} here")
        policies = Policies([*self._shipped, _asking(policy, asked)])
        claims = ((claim, Source("case", 0, n)) for n, claim in enumerate(case.claims))
        return case_failures(case, list(adjudicate(claims, policies)))

    def _policy(self, case: Case, file: Path) -> Policy:
        """The policy under the overlay of the case."""
        if not case.overlay:
            return self._plain
        with TemporaryDirectory() as folder:
            overlay = Path(folder) / "overlay.yaml"
            overlay.write_text(_as_yaml(case.overlay), encoding="utf-8")
            try:
                return load_policies(overlay, [self._own]).all[0]
            except PolicyError as error:
                problem = str(error).partition(f"{overlay}:")[2].partition(": ")[2] or str(error)
                raise YamlSource(file).fail((case.place, "overlay"), problem) from None


def _asking(policy: Policy, edit_ids: Sequence[str]) -> Policy:
    """The policy with the same values, asking only some of its edits."""
    fewer = [e for e in policy.edits if e.id in edit_ids or isinstance(e, AlreadyReplacedNotice)]
    return Policy(policy.about, fewer, list(policy.values.values()))


def _as_yaml(edits: Mapping[str, Any]) -> str:
    text = io.StringIO()
    YAML().dump({"edits": edits}, text)
    return text.getvalue()
