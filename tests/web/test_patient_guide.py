"""Does the page bring along what its guide needs, and stay as light and as whole without it?"""

import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from patient_story import DAY, FOUR, SOON, Story, begin, with_link, words_of
from setting import HandClock

from reminders.config import Settings
from reminders.core.dose import Dose, Half, OtherDays, Side, StepKind
from reminders.core.wording import LANGUAGES
from reminders.store.db import Sessions
from reminders.store.plans import Prescription
from reminders.web.words import words

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SCRIPTS = ("guide.js", "guide-count.js", "guide-show.js")
MOST = 6_000
MONDAY = 0


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    return begin(client, sessions, clock, settings)


def doses(story: Story, *given: Dose) -> None:
    with story.sessions.begin() as session:
        rows = session.scalars(sa.select(Prescription).order_by(Prescription.position))
        for row, dose in zip(rows, given, strict=False):
            row.dose_fields = dose.to_json()


def bouts_on(page: str) -> list[list[dict[str, object]]]:
    """What each card tells the guide to count."""
    return [json.loads(one) for one in re.findall(r"data-bouts='([^']*)'", page)]


def test_every_exercise_says_what_is_done_of_it_step_by_step(ana: Story) -> None:
    doses(ana, Dose(reps=8, hold_seconds=5, side=Side.EACH))

    first, *others = bouts_on(ana.open())

    common = {"of": 8, "round": 1, "rounds": 1}
    held = common | {"steps": [["rep", 3], ["hold", 5]], "first": 1, "times": 8}
    assert first == [
        common | {"steps": [["ready", 5]], "first": 1, "times": 1, "side": "one"},
        held | {"side": "one"},
        common | {"steps": [["switch", 5]], "first": 8, "times": 1, "side": "other"},
        held | {"side": "other"},
    ]
    assert len(others) == len(FOUR) - 1


def test_the_guide_counts_what_is_asked_for_on_the_day_of_the_page(ana: Story) -> None:
    doses(ana, Dose(reps=10, other_days=OtherDays(frozenset({MONDAY}), reps=4)))
    assert SOON.weekday() == MONDAY

    today = bouts_on(ana.open())[0]
    ana.clock.moment = SOON + 4 * DAY
    friday = bouts_on(with_link(ana, made=SOON + 4 * DAY, sittings=()).open())[0]

    assert (today[1]["times"], friday[1]["times"]) == (4, 10)


def test_a_dose_beyond_all_reason_stays_a_small_page(ana: Story) -> None:
    usual = len(ana.open())

    doses(ana, Dose(sets=20, reps=100, hold_seconds=300, rest_seconds=600, side=Side.EACH))

    assert len(ana.open()) < usual + 12_000


def test_nothing_of_it_is_shown_by_itself(ana: Story) -> None:
    page = ana.open()

    assert re.search(r'<button type="button" class="guided" data-guide hidden>', page)
    assert re.search(r'<dialog class="guide" hidden', page)
    assert re.findall(r'src="/static/(guide[\w.-]*)', page) == ["guide.js"]
    assert "guide.css" not in "".join(re.findall(r"<link[^>]*>", page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_words_are_the_pages_own(
    client: FlaskClient,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    language: str,
) -> None:
    page = begin(client, sessions, clock, settings, language=language).open()

    [said] = re.findall(r"data-say='([^']*)'", page)
    say = words(language).guide.say
    assert json.loads(said)["kinds"] == say.kinds
    assert words(language).guide.button in words_of(page)
    assert set(say.kinds) == set(StepKind)
    assert set(say.sides) == set(Half) - {Half.BOTH}


def test_a_quotation_mark_in_its_words_ends_nothing(ana: Story) -> None:
    app = ana.client.application

    with app.test_request_context():
        macro = app.jinja_env.from_string(
            "{% from 'parts/guide.html' import guide %}{{ guide(say) }}"
        )
        page = macro.render(say={"say": {"start": 'It\'s <b>"time"</b>'}})

    [said] = re.findall(r"data-say='([^']*)'", page)
    assert json.loads(said) == {"start": 'It\'s <b>"time"</b>'}
    assert '<b>"' not in page


def test_its_scripts_weigh_little(client: FlaskClient, ana: Story) -> None:
    weight = 0
    for script in SCRIPTS:
        with client.get(f"/static/{script}", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.mimetype == "text/javascript"
            weight += len(answer.data)

    assert weight <= MOST


def test_what_the_page_names_can_be_fetched_and_kept(client: FlaskClient, ana: Story) -> None:
    page = ana.open()

    named = re.findall(r'data-(?:show|count|sheet)="([^"]+)"', page)
    assert len(named) == 3
    for address in named:
        with client.get(address.replace("&amp;", "&")) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
