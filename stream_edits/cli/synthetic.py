"""`synthetic`."""

import click


@click.command()
@click.option(
    "--encounters",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="How many encounters; most have one or two claims. 0: no end.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same claims."
)
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), help="At most this many claims a second."
)
def synthetic(encounters: int, seed: int, rate: float | None) -> None:
    """Print made-up claims as JSON lines, with the mistakes that billing offices make.

    Nobody's data is in them. `stream-edits synthetic | stream-edits adjudicate -` decides them.
    """
    from stream_edits.commands.synthetic import print_synthetic

    print_synthetic(encounters or None, seed, rate)
