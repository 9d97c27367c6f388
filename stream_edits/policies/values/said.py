"""Text that somebody must have written: where a value comes from, and who decided it."""

from typing import Annotated

from pydantic import StringConstraints

# Blanks alone say nothing.
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
