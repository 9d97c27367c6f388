"""The report as one HTML page."""

from collections.abc import Sequence
from pathlib import Path

from stream_edits.impact.drawing import WIDTH, drawing
from stream_edits.impact.forms import TOGETHER, by_size, explained
from stream_edits.impact.gate import Limit
from stream_edits.impact.table import heading, summary
from stream_edits.impact.tally import Impact
from stream_edits.pages import render
from stream_edits.text import printable


def page(impact: Impact, limits: Sequence[Limit] = ()) -> str:
    """A page that needs nothing else: the flows as a drawing, the figures, and examples."""
    return render(
        Path(__file__).parent,
        "impact.html.j2",
        impact=impact,
        sentences=list(summary(impact)),
        drawing=drawing(impact),
        width=WIDTH,
        flows=sorted({*impact.claim_flows, *impact.lines.flows}),
        edits=by_size(impact.by_edit),
        paragraphs=by_size(impact.by_paragraph),
        changes=by_size(impact.by_change),
        unused=impact.without_effect(),
        together=TOGETHER,
        examples=[
            (heading(each), explained(each.before), explained(each.after))
            for each in impact.all_examples()
        ],
        limits=[(each.in_words(impact), each.is_broken(impact)) for each in limits],
        printable=printable,
    )
