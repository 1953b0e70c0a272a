"""Are the words that never change part of a statement's text, and nothing else?"""

import sqlalchemy as sa
from builders import a_clinic, a_patient

from reminders.store.db import Sessions, transaction
from reminders.store.people import Care, Patient
from reminders.store.spelling import spelt_out

STATEMENT = sa.select(Patient.first_name).where(
    Patient.state != Care.DISCHARGED, Patient.id == sa.bindparam("patient")
)


def test_a_word_of_ours_is_in_the_text_and_what_differs_is_bound() -> None:
    compiled = spelt_out(STATEMENT).compile()

    assert f"'{Care.DISCHARGED.value}'" in str(compiled)
    assert list(compiled.params) == ["patient"]


def test_it_finds_what_it_found_before(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        there = {"patient": patient.id}

    with sessions() as session:
        found = session.execute(spelt_out(STATEMENT), there).all()
        assert found == session.execute(STATEMENT, there).all()
        assert len(found) == 1
