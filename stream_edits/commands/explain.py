"""`explain`: why a claim was decided as it was, from the topics or from a file."""

import sys
from functools import partial

from stream_edits.app.wiring import decision_builder
from stream_edits.commands.files.claim_files import open_events
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.commands.records.explained_topics import Read, of_topics
from stream_edits.engine.errors import EngineStopped
from stream_edits.explain.account import NotExplained, account_of
from stream_edits.explain.as_html import as_html
from stream_edits.explain.as_json import as_json
from stream_edits.explain.as_text import as_text
from stream_edits.settings import Settings
from stream_edits.stages.shared.retention import Retention

_DEFAULT = FileOptions()
_FORMS = {"text": as_text, "json": as_json, "html": as_html}


def explain_claim(
    settings: Settings,
    claim_id: str,
    file: str | None,
    form: str,
    options: FileOptions = _DEFAULT,
) -> int:
    """Print the account of a claim as ``text``, ``json`` or ``html``.

    Without a file it comes from the topics; no group is joined. Returns the number of lines or
    records that are not valid, each reported on stderr. Raises EngineStopped if there is no
    decision on the claim, PolicyError, ClientError, RegistryAway, BadX12Option.
    """
    build, retention = partial(decision_builder, settings), Retention(settings.retention_days)
    try:
        read = of_topics(settings, claim_id) if file is None else _of_file(file, options)
        account = account_of(claim_id, read.events, build, retention, read.published)
    except NotExplained as why:
        raise EngineStopped(str(why)) from None
    text = _FORMS[form](account).rstrip("\n") + "\n"
    if form == "html" and not _is_utf_8(sys.stdout.encoding):
        # Any browser reads these, whatever the terminal's locale.
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    sys.stdout.write(text)
    sys.stdout.flush()
    return read.bad


def _is_utf_8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").startswith("utf8")


def _of_file(file: str, options: FileOptions) -> Read:
    read = Read([], [], 0)
    with open_events([file], options) as events:
        read.events.extend((event, source) for source, event in events)
        return read._replace(bad=events.bad)
