"""Is this plan sound?

Advice beside the plan, never a block: each rule looks at the plan and says what it found, or
nothing where it does not apply. Why a rule exists, and whose it is, stands in `rules.toml`; a
clinic can switch each off, and a therapist can keep what a rule minds, with a reason.
"""

from collections.abc import Set

from reminders.core.plan_check.rules import LOOKS
from reminders.core.plan_check.sheets import Rule, Sheet, sheets
from reminders.core.plan_check.values import Facts, Finding, Prescribed, Sittings

__all__ = ["Facts", "Finding", "Prescribed", "Rule", "Sheet", "Sittings", "check", "sheets"]


def check(facts: Facts, off: Set[str] = frozenset()) -> tuple[Finding, ...]:
    """Everything the rules have to say of a plan, what needs a second look first."""
    found = [finding for rule, look in LOOKS.items() if rule not in off for finding in look(facts)]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.fine))
