"""Do templates, phases and copies become a plan, and does nothing typed get lost on the way?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from plan_form import Fields, at, fields_of, names, opened, plan_path, pressing
from setting import HandClock

from reminders.core.dose import Band, Dose, OtherDays
from reminders.core.exercises import Condition
from reminders.core.fading import Fading, Pace
from reminders.store.accounts import Staff
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.plans import PlanVersion
from reminders.store.templates import Template


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana without a plan; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        ana, lena_id = a_patient(session, clinic).id, lena.id
    sign_in(client, lena_id)
    return ana


def newest(sessions: Sessions, patient_id: int) -> PlanVersion:
    with sessions() as session:
        plans = session.query(PlanVersion).order_by(PlanVersion.id.desc())
        version = next(one for one in plans if one.plan.patient_id == patient_id)
        assert all(line.exercise for line in version.prescriptions)
        assert all(phase.name for phase in version.phases)
        session.expunge_all()
        return version


def given(client: FlaskClient, patient_id: int, source: str, **changes: object) -> None:
    """A plan given as the form comes from its source."""
    fields = opened(client, patient_id, source) | changes
    answer = pressing(client, patient_id, fields, "save")
    assert answer.status_code == 303, answer.text


def test_a_template_is_given_in_two_requests_with_its_phases(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    given(client, ana, "template:control")

    version = newest(sessions, ana)
    assert [one.exercise.key for one in version.prescriptions] == [
        "heel-slide",
        "bird-dog",
        "bridge",
        "knee-to-chest",
    ]
    assert [(one.name, one.current) for one in version.phases] == [
        ("Control", True),
        ("Strengthen", False),
        ("Return", False),
    ]
    assert version.phases[0].goal.sessions_percent == 80
    assert {one.phase_id for one in version.prescriptions} == {version.phases[0].id}
    assert version.phases[1].waiting[0].key == "dead-bug"
    assert version.change == "First plan: 4 exercises. Phase 1 of 3: Control."
    assert version.routines[0].weekdays == [0, 1, 2, 3, 4, 5]


def test_the_patients_own_times_outlive_a_template(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        before = a_plan(session, session.get_one(Patient, ana)).versions[-1].routines[0]
        key = before.routine_key

    given(client, ana, "template:strengthen")

    routine = newest(sessions, ana).routines[0]
    assert (routine.routine_key, routine.times) == (key, ["09:00"])
    assert routine.weekdays == [0, 2, 4]


def test_moving_on_needs_a_sign_off_and_says_whose_it_is(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    given(client, ana, "template:control")
    first = newest(sessions, ana).phases[0]
    at(NOW + timedelta(days=20), clock, client, sessions)
    fields = opened(client, ana, "next")

    refused = pressing(client, ana, fields, "save")
    answer = pressing(client, ana, fields | {"signed": "yes"}, "save")

    version = newest(sessions, ana)
    assert refused.status_code == 422
    assert "Moving on needs your sign-off" in refused.text
    assert answer.status_code == 303
    assert version.number == 2
    assert version.change.startswith("On to Strengthen, signed off. ")
    current = version.phase
    assert current is not None
    assert (current.name, current.since) == ("Strengthen", (NOW + timedelta(days=20)).date())
    assert current.signed_by_id is not None
    assert first.since == NOW.date()
    assert version.phases[0].waiting[0].key == "heel-slide"
    assert version.prescriptions[0].exercise.key == "dead-bug"


def test_an_edit_within_a_phase_signs_nothing_anew(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    given(client, ana, "template:control")
    before = newest(sessions, ana).phase
    at(NOW + timedelta(days=5), clock, client, sessions)

    given(client, ana, "", **{"e1-reps": "12"})

    after = newest(sessions, ana).phase
    assert before is not None
    assert after is not None
    assert (after.since, after.signed_at) == (before.since, before.signed_at)
    assert newest(sessions, ana).change.startswith("Heel slide: ")


def test_a_step_back_goes_to_the_phase_before_and_says_so(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    given(client, ana, "template:control")
    given(client, ana, "next", signed="yes")

    given(client, ana, "back", signed="yes")

    assert newest(sessions, ana).change.startswith("Back to Control, signed off. ")


def test_a_step_back_of_a_plan_without_phases_is_a_lighter_one(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        a_plan(session, session.get_one(Patient, ana))

    fields = opened(client, ana, "back")

    assert fields["e1-sets"] == ["2"]
    assert newest(sessions, ana).number == 1


@pytest.mark.parametrize(
    "source",
    ["template:nonsense", "template:99", "version:7", "patient:999", "version:x", "rubbish", "x:1"],
)
def test_a_source_that_is_not_there_is_not_found(
    client: FlaskClient, ana: int, source: str
) -> None:
    answer = client.get(plan_path(ana), query_string={"from": source})

    assert answer.status_code == 404


def test_another_patients_plan_is_copied_without_its_notes(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        bill = a_patient(
            session, session.get_one(Patient, ana).clinic, first_name="Bill", phone="+12075550119"
        )
        plan = a_plan(session, bill)
        plan.versions[-1].prescriptions[0].note = "For his left hip."
        bill_id = bill.id

    found = client.get(f"{plan_path(ana)}/start", query_string={"q": "bil"}).text
    given(client, ana, f"patient:{bill_id}")

    version = newest(sessions, ana)
    assert f"from=patient:{bill_id}" in found
    assert [(one.exercise.key, one.note) for one in version.prescriptions] == [
        ("bridge", ""),
        ("bird-dog", ""),
    ]


def test_a_patient_of_another_clinic_is_neither_found_nor_copied(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        other = a_clinic(session, "+12075550101", "care@other.example")
        olga = a_patient(session, other, first_name="Olga", phone="+12075550119")
        a_plan(session, olga)
        olga_id = olga.id

    page = client.get(f"{plan_path(ana)}/start", query_string={"q": "Olga"}).text

    assert "Nobody of that name" in page
    assert client.get(f"{plan_path(ana)}?from=patient:{olga_id}").status_code == 404


def test_an_earlier_version_comes_back_as_a_new_one(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    given(client, ana, "template:settle")
    given(client, ana, "template:return", signed="yes")

    given(client, ana, "version:1", signed="yes")

    version = newest(sessions, ana)
    assert version.number == 3
    assert version.prescriptions[0].exercise.key == "abdominal-brace"


def test_a_plan_is_kept_as_a_template_for_the_clinic_or_for_oneself(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = opened(client, ana, "template:strengthen")

    ours = pressing(client, ana, fields | {"template": "Our strong back"}, "template")
    mine = fields | {"template": "Mine", "template-for": "me"}
    pressing(client, ana, mine, "template")

    assert "“Our strong back” is kept as a template." in ours.text
    with sessions() as session:
        kept = {one.name: one for one in session.query(Template)}
    assert kept["Our strong back"].owner_id is None
    assert kept["Mine"].owner_id is not None
    assert [one.name for one in kept["Mine"].programme.phases] == ["Strengthen", "Return"]
    start = client.get(f"{plan_path(ana)}/start").text
    assert "Start from Mine" in start
    assert names(client.get(f"{plan_path(ana)}?from=template:{kept['Mine'].id}").text) == [
        "Dead bug",
        "Side plank on knees",
        "Hip hinge",
        "Hamstring stretch",
    ]


def test_a_template_of_a_colleague_is_not_there_for_others(
    app: Flask, client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    mine = opened(client, ana, "template:return") | {"template": "Mine", "template-for": "me"}
    pressing(client, ana, mine, "template")
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example").id
        template = session.query(Template).one().id
    other = app.test_client()
    sign_in(other, jonas)

    assert other.get(f"{plan_path(ana)}?from=template:{template}").status_code == 404
    assert other.get(f"/desk/templates/{template}/remove").status_code == 404
    assert "Mine" not in other.get(f"{plan_path(ana)}/start").text


def test_a_template_without_a_name_or_with_a_wrong_dose_is_not_kept(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = opened(client, ana, "template:return")

    nameless = pressing(client, ana, fields, "template")
    wrong = pressing(client, ana, fields | {"template": "X", "e1-reps": "0"}, "template")

    assert nameless.status_code == 422
    assert "A name of 1 to 60 letters, please." in nameless.text
    assert wrong.status_code == 422
    assert "Between 1 and 100, please." in wrong.text
    with sessions() as session:
        assert session.query(Template).count() == 0


def test_a_template_is_removed_after_a_question_and_plans_stay(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = opened(client, ana, "template:return")
    pressing(client, ana, fields | {"template": "Ours"}, "template")
    with sessions() as session:
        template = session.query(Template).one().id
    given(client, ana, f"template:{template}")

    asked = client.get(f"/desk/templates/{template}/remove").text
    press(client, f"/desk/templates/{template}/remove")

    assert "Remove “Ours”?" in asked
    assert "Ours" not in client.get("/desk/templates").text.partition("Kept here")[2]
    assert newest(sessions, ana).number == 1


def test_the_form_gives_back_what_it_was_given(client: FlaskClient, ana: int) -> None:
    fields = opened(client, ana, "template:settle")

    again = fields_of(pressing(client, ana, fields, "look").text)

    assert again == fields


def test_a_phase_off_the_page_is_carried_along_and_shown_when_something_is_wrong_in_it(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = opened(client, ana, "template:control")

    second = fields_of(pressing(client, ana, fields, "show:2").text)
    wrong = second | {"e5-reps": "9999", "shown": "1"}
    answer = pressing(client, ana, wrong, "save")

    assert second["e5-key"] == ["dead-bug"]
    assert answer.status_code == 422
    assert names(answer.text)[0] == "Dead bug"
    assert "Between 1 and 100, please." in answer.text
    assert 'value="9999"' in answer.text


@pytest.mark.parametrize(
    ("button", "phases", "on_page"),
    [
        ("phase", ["1", "2", "3", "4"], []),
        ("show:3", ["1", "2", "3"], ["Bird dog", "Hip hinge", "Wall slide", "Hamstring stretch"]),
        ("drop:2", ["1", "3"], ["Heel slide", "Bird dog", "Bridge", "Knee to chest"]),
        ("drop:1", ["1", "2", "3"], ["Heel slide", "Bird dog", "Bridge", "Knee to chest"]),
        ("enter:9", ["1", "2", "3"], ["Heel slide", "Bird dog", "Bridge", "Knee to chest"]),
    ],
    ids=["one more", "look at another", "remove", "the one in force stays", "no such"],
)
def test_a_button_of_the_phases_does_what_it_says(
    client: FlaskClient, ana: int, button: str, phases: list[str], on_page: list[str]
) -> None:
    fields = opened(client, ana, "template:control")

    page = pressing(client, ana, fields, button).text

    assert sorted(fields_of(page)["phase"]) == phases  # type: ignore[call-overload]
    assert names(page) == on_page


def test_a_first_phase_takes_the_plan_as_it_stands(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        a_plan(session, session.get_one(Patient, ana))

    fields = fields_of(pressing(client, ana, opened(client, ana), "phase").text)
    added = fields_of(pressing(client, ana, fields, "add:walking").text)

    assert fields["now"] == ["1"]
    assert (added["e3-key"], added["e3-phase"]) == (["walking"], ["2"])
    answer = pressing(client, ana, added, "save")
    assert answer.status_code == 303
    version = newest(sessions, ana)
    assert [one.exercise.key for one in version.prescriptions] == ["bridge", "bird-dog"]
    assert [item.key for item in version.phases[1].waiting] == ["walking"]


def test_an_easier_neighbour_takes_the_place_in_its_own_dose(client: FlaskClient, ana: int) -> None:
    fields = opened(client, ana, "template:control") | {"e3-note": "Slowly."}

    page = pressing(client, ana, fields, "swap:3:pelvic-tilt").text

    assert names(page) == ["Heel slide", "Bird dog", "Pelvic tilt", "Knee to chest"]
    assert fields_of(page)["e3-note"] == ["Slowly."]
    assert fields_of(page)["e3-hold_seconds"] == ["5"]


def test_every_field_of_a_dose_and_a_routine_arrives(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    given(
        client,
        ana,
        "template:control",
        **{
            "e1-band": "red",
            "e1-tempo": "3-1-3",
            "e1-effort": "4",
            "e1-other_days": ["0", "2"],
            "e1-other_reps": "6",
            "e2-load": "2 kg",
            "r0-pace": "every_other",
            "r0-fades": "2026-04-16",
            "r0-ends": "2026-06-01",
        },
    )

    version = newest(sessions, ana)
    first, second = version.prescriptions[0].dose, version.prescriptions[1].dose
    assert (first.band, first.tempo, first.effort) == (Band.RED, "3-1-3", 4)
    assert first.other_days == OtherDays(frozenset({0, 2}), reps=6)
    assert second.load == "2 kg"
    assert version.routines[0].fading == Fading(Pace.EVERY_OTHER, NOW.date().replace(month=4))
    assert opened(client, ana)["e1-other_days"] == ["0", "2"]
    assert opened(client, ana)["r0-pace"] == ["every_other"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"e1-sets": "0"}, "Between 1 and 20, please."),
        ({"e1-note": "<script>alert(1)</script>"}, "Plain words, please: no &lt; or &gt;."),
        ({"e1-note": "x" * 301}, "At most 300 letters, please."),
        ({"e1-load": "5"}, "With its unit, please, like 2 kg or 5 lb."),
        ({"e1-band": "red", "e1-load": "2 kg"}, "Choose one, please: a weight or a band."),
        ({"e1-other_reps": "5"}, "Choose the days, please."),
        ({"r0-starts": "2026-05-01", "r0-ends": "2026-04-01"}, "This is before the first day."),
        ({"r0-pace": "weekly"}, "From which day on?"),
        ({"r0-fades": "soon", "r0-pace": "weekly"}, "A day, please."),
        ({"p1-name": ""}, "A name, please, like Control."),
        ({"p1-exit": "<b>done</b>"}, "Plain words, please: no &lt; or &gt;."),
        ({"p1-sessions": "120"}, "Between 1 and 100, please."),
        ({"p1-pain": "eleven"}, "Between 0 and 10, please."),
        ({"p1-days": "0"}, "Between 1 and 90, please."),
        ({"keep:count": "<img src=x>"}, "Not given yet."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, sessions: Sessions, ana: int, changes: Fields, error: str
) -> None:
    fields = opened(client, ana, "template:control") | {"e2-note": "Hands under shoulders."}

    answer = pressing(client, ana, fields | changes, "save")

    assert answer.status_code == 422
    assert error in answer.text
    assert "<script>alert" not in answer.text
    kept = fields_of(answer.text)
    assert kept["e2-note"] == ["Hands under shoulders."]
    typed = {name: kept.get(name) for name in changes if name.startswith(("e", "r", "p"))}
    assert typed == {name: [value] for name, value in changes.items() if name in typed}
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(PlanVersion.id))) == 0


def test_conditions_ticked_are_kept_with_the_patient_and_checked(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = opened(client, ana, "template:control") | {"minds": ["facet", "disc"]}

    looked = pressing(client, ana, fields, "look").text
    pressing(client, ana, fields, "save")

    assert "Bridge, facet: Keep the lift low" in looked
    with sessions() as session:
        patient = session.get_one(Patient, ana)
        assert patient.minds == {Condition.FACET, Condition.DISC}
    assert opened(client, ana)["minds"] == ["disc", "facet"]


def test_a_reason_to_keep_what_a_check_minds_stays_with_its_version(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    reason = {"keep:review": "Read by me."}

    given(client, ana, "template:control", **reason)

    assert newest(sessions, ana).reasons == {"review": "Read by me."}
    page = client.get(f"/desk/patients/{ana}").text
    assert "Kept, because: Read by me." in page
    assert opened(client, ana)["keep:review"] == ["Read by me."]


def test_the_library_is_filtered_without_script(client: FlaskClient, ana: int) -> None:
    fields = opened(client, ana) | {"find": "puente", "group": "strength"}

    page = pressing(client, ana, fields, "look").text

    shelf = page[page.index('id="shelf"') : page.index("</ul>", page.index('id="shelf"'))]
    shown = [one for one in shelf.split("<li ")[1:] if " hidden>" not in one[:400]]
    assert any("Bridge" in one for one in shown)
    assert not any("Bird dog" in one for one in shown)


def test_the_page_of_the_patient_can_be_seen_before_it_is_given(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.get_one(Patient, ana).language = "es"
    fields = opened(client, ana, "template:control")

    page = pressing(client, ana, fields | {"e3-note": "Despacio."}, "page").text

    assert "Puente" in page
    assert "Despacio." in page
    assert 'name="act"' not in page


def test_a_first_plan_offers_the_stages(client: FlaskClient, ana: int) -> None:
    page = client.get(plan_path(ana)).text

    for key in ("settle", "control", "strengthen", "return"):
        assert f"from=template:{key}" in page


def test_the_dose_that_is_stored_is_the_dose_that_was_typed(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    given(client, ana, "template:settle", **{"e2-sets": "1", "e2-reps": "7"})

    stored = newest(sessions, ana).prescriptions[1].dose
    assert stored == Dose(sets=1, reps=7, hold_seconds=3)
