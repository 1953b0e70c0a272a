"""Does a therapist hear of pain that does not settle overnight?"""

from dataclasses import replace

import pytest
from test_triage import NOTHING, NOW, pains

from reminders.core.triage import AlertKind, Urgency, reasons


@pytest.mark.parametrize(
    ("mornings", "told"),
    [
        ("45", "4 on Thu 19 Nov, 5 on Fri 20 Nov."),
        ("26.4", "6 on Wed 18 Nov, 4 on Fri 20 Nov."),
        ("4", ""),
        ("43", ""),
        ("54.2", ""),
        ("44" + "." * 14, ""),
        ("4" + "." * 14 + "4", ""),
    ],
    ids=["twice", "not asked between", "once", "settled", "settled since", "long ago", "far apart"],
)
def test_pain_above_green_on_two_mornings_in_a_row_is_a_reason(mornings: str, told: str) -> None:
    found = reasons(replace(NOTHING, mornings=pains(mornings)), NOW)

    assert [reason.evidence for reason in found] == ([told] if told else [])
    assert {reason.kind for reason in found} <= {AlertKind.UNSETTLED}
    assert all(reason.urgency is Urgency.TODAY for reason in found)


def test_what_counts_as_settled_is_the_patients_own_green() -> None:
    stiff = replace(NOTHING, mornings=pains("44"))

    assert reasons(replace(stiff, settled_below=5), NOW) == ()
    assert len(reasons(replace(stiff, settled_below=4), NOW)) == 1
