"""Is every table known that speaks of a patient, and does everything of it come out?"""

import json

from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_sitting

from reminders.core.adherence import Outcome
from reminders.store.about import about
from reminders.store.audit import audit
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.people import Medium, Source, Why, suppress
from reminders.store.taking_away import everything

# What a clinic is, who works there and what it has made: nobody's record.
OF_NOBODY = {
    *("clinic", "location", "sender", "staff", "invitation", "guess", "heartbeat", "job_event"),
    *("exercise", "exercise_photo", "template", "wording", "asking", "spending", "hold"),
    *("saved_view", "canned_line"),
}


def test_every_table_speaks_of_a_patient_or_is_known_not_to(sessions: Sessions) -> None:
    with sessions() as session:
        known = {row.__tablename__ for row in about(a_patient(session, a_clinic(session)))}

    assert known & OF_NOBODY == set()
    assert known | OF_NOBODY >= set(Base.metadata.tables)


def test_no_table_that_names_a_patient_is_left_out(sessions: Sessions) -> None:
    with sessions() as session:
        known = {row.__tablename__ for row in about(a_patient(session, a_clinic(session)))}

    named = {one.name for one in Base.metadata.tables.values() if "patient_id" in one.columns}
    assert named
    assert named <= known


def test_everything_comes_out_as_json_and_nothing_of_anybody_else(sessions: Sessions) -> None:
    with sessions() as session:
        clinic = a_clinic(session)
        ana = a_patient(session, clinic)
        a_patient(session, clinic, first_name="Leo", phone="+12075550134", email=None)
        a_sitting(session, a_plan(session, ana), NOW, Outcome.DONE, 4)
        suppress(
            session,
            clinic.id,
            Medium.TEXT,
            PATIENT_NUMBER,
            Why.OPT_OUT,
            source=Source.PATIENT,
            now=NOW,
        )
        audit(session, clinic.id, actor="staff:1", action="view", subject=ana.signature, now=NOW)

        known = everything(session, ana)
        written = json.dumps(known.as_json("Maple PT", NOW))

    tables = known.tables
    assert [one["first_name"] for one in tables["patient"]] == ["Ana"]
    assert [one["pain"] for one in tables["log_entry"]] == [4]
    assert [one["medium"] for one in tables["consent"]] == ["text", "email"]
    assert [one["why"] for one in tables["suppression"]] == ["opt_out"]
    assert [one["action"] for one in tables["audit_event"]] == ["view"]
    assert set(known.exercises.values()) == {"bridge", "bird-dog"}
    assert PATIENT_NUMBER in written
    assert "Leo" not in written
    assert "+12075550134" not in written


def test_what_opens_a_door_does_not_come_out(sessions: Sessions) -> None:
    with sessions() as session:
        ana = a_patient(session, a_clinic(session))

        columns = {name for row in everything(session, ana).tables["patient"] for name in row}

    assert "phone" in columns
    assert not {"phone_index", "token_hash", "key"} & columns
