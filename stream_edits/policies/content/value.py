"""The policy value ``content``: a plan's changes of single codes, over the content table.

In YAML it maps a code to its category, or to ``none`` to take the code out of the table.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import Content, packaged_content
from stream_edits.policies.content.table import category_named, check_code

# The key of the table in the context of the validation; without it, the packaged one.
TABLE = "content_table"
_NONE = "none"


def _category_or_none(value: object) -> Category | None:
    if isinstance(value, Category) or value == _NONE:
        return value if isinstance(value, Category) else None
    if value is None:
        raise ValueError(f"is empty: write a category, or {_NONE}")
    try:
        return category_named(str(value))
    except ValueError as error:
        problem = str(error)
        is_hinted = problem.endswith("?")
        raise ValueError(problem if is_hinted else f"{problem}, or {_NONE}") from None


_Changes = dict[
    Annotated[str, AfterValidator(check_code)],
    Annotated[Category | None, BeforeValidator(_category_or_none)],
]


def _content(changes: dict[str, Category | None], info: ValidationInfo) -> Content:
    context = info.context or {}
    table: Content = context.get(TABLE) or packaged_content()
    return table.changed(changes)


class _FromChanges:
    """Tells pydantic to make Content from changes."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        changes = handler.generate_schema(_Changes)
        return core_schema.with_info_after_validator_function(_content, changes)


ContentValue = Annotated[Content, _FromChanges]


def categories(names: object) -> frozenset[Category]:
    """The categories with these names, as a list in YAML. Raises ValueError."""
    if isinstance(names, frozenset):
        return names
    if not isinstance(names, list):
        raise ValueError("a list of categories is expected")
    return frozenset(category_named(str(name)) for name in names)


# A set of categories of the content table.
Categories = Annotated[frozenset[Category], BeforeValidator(categories)]
