"""Does what waits for a carer stay here once they are let go, or reached in another way?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders import outbox
from reminders.inbox.carers import tell_carer_of_silence
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.db import transaction
from reminders.store.people import Patient

EVA, EVAS_MAIL = "+12075550177", "eva@example.org"
YES = {"name": "Eva", "patient_agrees": "y", "agrees": "y", "how": "phone"}


@pytest.mark.parametrize(
    ("act", "texts"),
    [
        ({"do": "remove"}, 0),
        (YES | {"phone": "+12075550178", "email": EVAS_MAIL}, 0),
        (YES | {"phone": EVA}, 0),
        (YES | {"phone": EVA, "email": EVAS_MAIL, "may_report": "y"}, 1),
    ],
    ids=["let go", "another number", "mail taken out", "same ways"],
)
def test_what_waits_for_a_carer_leaves_only_while_they_are_reached_as_before(
    post: Post, sandbox: Sandbox, client: FlaskClient, act: dict[str, str], texts: int
) -> None:
    night = NOW.replace(hour=6)
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        lena, ana = clinic.safety_contact_id or 0, a_patient(session, clinic)
        ana.carer_phone, ana.carer_email = EVA, EVAS_MAIL
        ana.carer_name, ana.carer_consent_at = "Eva", NOW
        place = f"/desk/patients/{ana.id}/carer"
    sign_in(client, lena)
    with transaction(post.sessions) as session:
        tell_carer_of_silence(session, session.scalars(sa.select(Patient)).one(), night)

    press(client, place, **act)
    outbox.send_due(post, night + timedelta(hours=8))

    assert len(sandbox.texts(EVA)) == texts
    assert len(sandbox.mails(EVAS_MAIL)) == texts
