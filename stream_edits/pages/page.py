"""Renders a template as one self-contained HTML page."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_COMMON = Path(__file__).parent


def render(folder: Path, template: str, **values: object) -> str:
    """The page of a template in ``folder``, which may extend and import those of this package.

    Every value is escaped. Raises UndefinedError for a value that the template names and does not
    get.
    """
    environment = Environment(
        loader=FileSystemLoader([folder, _COMMON]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
