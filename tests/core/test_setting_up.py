"""Does the checklist say what is missing, and nothing else?"""

from dataclasses import replace

import pytest

from reminders.core.setting_up import NEEDED, Known, Step, checklist, complete

WHOLE = Known(
    name="Maple Physical Therapy",
    short_name="Maple PT",
    phone="+12075550118",
    zone="America/New_York",
    language="en",
    emergency="911",
    crisis="988",
    contact_has_phone=True,
    hours_kept=True,
    texts_from="+12075550100",
    texts_proved=True,
    door_proved=True,
    mails_from="care@maplept.example",
    mail_proved=True,
    wordings_seen=True,
    has_therapist=True,
    has_patient=True,
    text_arrived=True,
)


def missing(known: Known) -> set[Step]:
    return {line.step for line in checklist(known) if not line.done}


def test_a_clinic_that_has_everything_misses_nothing() -> None:
    lines = checklist(WHOLE)

    assert [line.step for line in lines] == list(Step)
    assert missing(WHOLE) == set()
    assert complete(lines)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"name": ""}, Step.NAMES),
        ({"phone": ""}, Step.NAMES),
        ({"short_name": ""}, Step.NAMES),
        ({"short_name": "Łódź PT"}, Step.NAMES),
        ({"short_name": "A name of twenty-six letters"}, Step.NAMES),
        ({"zone": "Chicago"}, Step.PLACE),
        ({"language": "fr"}, Step.PLACE),
        ({"hours_kept": False}, Step.HOURS),
        ({"emergency": ""}, Step.NUMBERS),
        ({"crisis": ""}, Step.NUMBERS),
        ({"contact_has_phone": False}, Step.CONTACT),
        ({"texts_from": ""}, Step.SENDER),
        ({"texts_proved": False}, Step.SENDER),
        ({"door_proved": False}, Step.DOOR),
        ({"mails_from": ""}, Step.MAIL),
        ({"mail_proved": False}, Step.MAIL),
        ({"wordings_seen": False}, Step.WORDINGS),
        ({"has_therapist": False}, Step.THERAPIST),
        ({"has_patient": False}, Step.PATIENT),
        ({"text_arrived": False}, Step.TEXT),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_one_thing_missing_is_one_line(change: dict[str, object], step: Step) -> None:
    known = replace(WHOLE, **change)  # type: ignore[arg-type]

    assert missing(known) == {step}
    assert complete(checklist(known)) is (step not in NEEDED)
