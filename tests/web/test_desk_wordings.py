"""Does a clinic put a text into its own words, and is it stopped where a promise would break?"""

from html import unescape

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_therapist
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders.core.wording import ADVICE, FIXED, Key
from reminders.store.accounts import Role
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Wording
from reminders.store.db import Sessions
from reminders.store.people import Clinic

PLACE = "/desk/clinic/wordings"
REMINDER = f"{PLACE}/reminder/en"
OWN = "your exercises wait for you[, $first]. $link Write DONE and your pain 0-10."


@pytest.fixture
def client(client: FlaskClient, sessions: Sessions) -> FlaskClient:
    """Ada, an admin, at her desk."""
    with sessions.begin() as session:
        ada = a_therapist(
            session, a_clinic(session), "Ada Berg", "ada@maplept.example", Role.ADMIN
        ).id
    sign_in(client, ada)
    return client


def kept(sessions: Sessions) -> dict[tuple[str, str], str]:
    with sessions() as session:
        return {(row.key, row.language): row.text for row in session.scalars(sa.select(Wording))}


def test_every_text_that_may_be_worded_is_shown_as_it_goes_out(
    client: FlaskClient, sessions: Sessions
) -> None:
    page = unescape(client.get(PLACE).text)

    for key in Key:
        open_to_them = key not in FIXED and key not in ADVICE.values()
        for lang in ("en", "es"):
            assert (f'href="{PLACE}/{key}/{lang}"' in page) is open_to_them, key
    assert page.count("Maple PT: ") > 50
    with sessions() as session:
        actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert "wordings.view" in actions


def test_own_words_are_kept_shown_and_taken_back(client: FlaskClient, sessions: Sessions) -> None:
    answer = press(client, REMINDER, text=OWN, do="keep")
    own, page = kept(sessions), client.get(PLACE).text
    press(client, REMINDER, text="", do="ours")

    assert answer.status_code == 303
    assert own == {("reminder", "en"): OWN}
    assert "Maple PT: your exercises wait for you" in page
    assert "Yours" in page
    assert kept(sessions) == {}


def test_our_own_words_typed_in_are_ours_and_may_still_get_better(
    client: FlaskClient, sessions: Sessions
) -> None:
    press(client, REMINDER, text=OWN, do="keep")
    shown = unescape(client.get(REMINDER).text)
    ours = shown.partition("<h2>In our words</h2>")[2].partition("</p>")[0].rpartition(">")[2]

    press(client, REMINDER, text=ours, do="keep")

    assert "$link" in ours
    assert kept(sessions) == {}


def test_it_is_shown_with_its_weight_before_it_is_kept(
    client: FlaskClient, sessions: Sessions
) -> None:
    shown = press(client, REMINDER, text="hoy también: $link ¿Cómo va?", do="look")

    assert shown.status_code == 200
    page = unescape(shown.text)
    assert "Maple PT: hoy también: http://localhost/x/" in page
    assert "UCS-2" in page
    assert "These letters leave room for 70 letters" in page
    assert kept(sessions) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something"),
        ("exercises today. Write DONE.", "$link is missing"),
        ("$clinic here: $link Write DONE.", "Leave out $clinic at the start"),
        ("time for $link", "Put words after $link"),
        ("$link Write YES or DONE.", "Do not ask for YES"),
        ("$link Write DONE. $diagnosis", "is not a name we know"),
        ("$link costs $ 5", "A $ must be followed by a name"),
        ("$link Write DONE for your back pain.", "Leave out"),
        ("$link " + "and on it goes " * 12, "With long names this takes"),
    ],
)
def test_what_would_break_a_promise_is_not_kept_and_what_was_typed_stays(
    client: FlaskClient, sessions: Sessions, text: str, said: str
) -> None:
    answer = press(client, REMINDER, text=text, do="keep")

    assert answer.status_code == 422
    page = unescape(answer.text)
    assert said in page
    assert f">{text.strip()}</textarea>" in page
    assert kept(sessions) == {}


@pytest.mark.parametrize("place", ["urgent/en", "stopped/es", "pain_red/en", "reminder/fr", "x/en"])
def test_what_is_fixed_or_unknown_has_no_page(client: FlaskClient, place: str) -> None:
    assert client.get(f"{PLACE}/{place}").status_code == 404


def test_nobody_but_an_admin_changes_a_word(client: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        mine = session.scalars(sa.select(Clinic)).one()
        lena = a_therapist(session, mine, "Lena", "lena2@maplept.example").id
    client.get("/desk/me")
    press(client, "/desk/me", "/logout")
    sign_in(client, lena)

    answer = press(client, "/desk/me", REMINDER, text=OWN, do="keep")

    assert answer.status_code == 303
    assert kept(sessions) == {}
