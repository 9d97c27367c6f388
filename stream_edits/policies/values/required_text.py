"""Text that may not be left out or blank: where a value comes from, and who approved it."""

from typing import Annotated

from pydantic import StringConstraints

# Blanks alone do not count.
RequiredText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
