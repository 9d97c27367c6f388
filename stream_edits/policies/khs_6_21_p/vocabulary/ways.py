"""Ways out that several edits declare (policies/ways.py)."""

from stream_edits.policies.content.category import Category
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate

# The separate-site modifier that says no more than that.
_SEPARATE_SITE = "XS"


def forms(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    """The initial form of an added service, or the added form of an initial one."""
    words = policy[VocabularyRules]
    found = (words.initial_form.get(code), words.add_on_form.get(code))
    return tuple(each for each in found if each is not None)


def separate_site(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    """The modifiers that say that a service was given at another site."""
    modifiers = policy[VocabularyRules].separate_site_modifiers
    return tuple(sorted(modifiers, key=lambda each: (each != _SEPARATE_SITE, each)))


ANOTHER_DRUG = "another drug that was given"


def a_drug(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    """An ordinary drug, as an example of one that was given and has not been billed."""
    return tuple(sorted(policy[VocabularyRules].content.codes(Category.PARENTERAL_DRUG))[:1])
