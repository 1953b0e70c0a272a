"""Does "Guide me" count what the plan says, survive a call, and leave the answer to the patient?"""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from patient_story import Story, begin
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from setting import HandClock
from test_patient_pages import RULES, SMALL, THEMES

from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.dose import Dose, Side
from reminders.core.wording import LANGUAGES
from reminders.store.db import Sessions
from reminders.store.plans import Prescription

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("guide"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

THREE = ("bridge", "bird-dog", "knee-to-chest")
TWO_TAPS = Dose(reps=2)
HELD = Dose(reps=2, hold_seconds=5, side=Side.EACH, rest_seconds=10)
TIMED = Dose(seconds=20)

# The guide with a clock of the test's own, in place of the page's own opener.
BY_HAND = """async () => {
  const dialog = document.querySelector("dialog.guide");
  const opener = document.querySelector("[data-guide]");
  const { Guide } = await import(dialog.dataset.show);
  window.moment = 0;
  window.guide = new Guide(dialog, opener, () => window.moment);
  opener.hidden = false;
  opener.addEventListener("click", () => window.guide.open());
}"""


@pytest.fixture
def told(
    app: Flask, sessions: Sessions, clock: HandClock, settings: Settings
) -> Callable[..., Story]:
    """A patient whose plan of three has these doses."""

    def make(doses: Sequence[Dose] = (TWO_TAPS, HELD, TIMED), **changes: object) -> Story:
        exercises = THREE[: len(doses)]
        story = begin(app.test_client(), sessions, clock, settings, exercises, **changes)
        with sessions.begin() as session:
            rows = session.scalars(sa.select(Prescription).order_by(Prescription.position))
            for row, dose in zip(rows, doses, strict=True):
                row.dose_fields = dose.to_json()
        return story

    return make


@pytest.fixture
def pocket(browser: Browser) -> Iterator[BrowserContext]:
    """A small phone."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        is_mobile=True,
        has_touch=True,
        service_workers="block",  # or a kept opener would come past the route
    )
    context.set_default_timeout(30_000)
    yield context
    context.close()


def by_hand(page: Page, address: str) -> None:
    """Open the page with a guide whose clock stands still until the test moves it."""
    page.route(re.compile(r"/static/guide\.js"), lambda route: route.abort())
    page.goto(address)
    page.add_style_tag(url=str(page.locator("dialog.guide").get_attribute("data-sheet")))
    page.evaluate(BY_HAND)


def start(page: Page) -> None:
    """Into the guide, and past the time to get ready."""
    page.locator("[data-guide]").click()
    begin_exercise(page)


def pressing(page: Page, name: str) -> Locator:
    """A button of the guide."""
    return page.locator("dialog.guide").get_by_role("button", name=name, exact=True)


def begin_exercise(page: Page) -> None:
    pressing(page, "Start").click()
    shows(page, "Get ready", "5")
    page.locator(".ring").click()


def wait(page: Page, seconds: float) -> None:
    """Let so much time go by."""
    page.evaluate("seconds => { moment += seconds * 1000 }", seconds)


def shows(page: Page, word: str, number: str = "") -> None:
    """The ring says what to do, and how long or how many."""
    expect(page.locator("[data-is=word]")).to_have_text(word)
    if number:
        expect(page.locator("[data-is=number]")).to_have_text(number)


def stands_at(page: Page, name: str, place: str) -> None:
    expect(page.locator("#guide-name")).to_have_text(name)
    expect(page.locator("[data-is=place]")).to_have_text(place)


def ticked(page: Page) -> list[str]:
    """The exercises marked in the form, by their names."""
    found: list[str] = page.locator(".exercise").evaluate_all(
        "all => all.filter(one => one.querySelector('input:checked'))"
        ".map(one => one.querySelector('h2').lastChild.textContent.trim())"
    )
    return found


# Played through


def test_a_plan_of_three_is_counted_through_and_logged_by_the_patient(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told(), pocket.new_page()
    by_hand(page, base + story.path)

    start(page)
    shows(page, "Tap each time", "1")
    page.locator(".ring").click()
    shows(page, "Tap each time", "2")
    page.locator(".ring").click()

    stands_at(page, "Bird dog", "2 of 3")
    begin_exercise(page)
    for side, after in (("One side", "Change sides"), ("The other side", "")):
        shows(page, "Tap each time", "1")
        expect(page.locator("[data-is=side]")).to_have_text(side)
        page.locator(".ring").click()
        shows(page, "Hold", "5")
        wait(page, 5)
        shows(page, "Rest", "10")
        wait(page, 4)
        shows(page, "Rest", "6")
        page.locator(".ring").click()
        page.locator(".ring").click()
        shows(page, "Hold", "5")
        wait(page, 5)
        if after:
            shows(page, after, "10")
            wait(page, 10)

    stands_at(page, "Knee to chest", "3 of 3")
    begin_exercise(page)
    shows(page, "Keep going", "20")
    wait(page, 20)

    expect(page.locator("dialog.guide")).not_to_be_visible()
    assert ticked(page) == ["Bridge", "Bird dog", "Knee to chest"]
    assert story.replies() == []
    assert page.evaluate("document.activeElement.querySelector('legend').textContent") == (
        "How much does it hurt?"
    )
    page.locator("label").filter(has=page.locator("input[name=pain][value='3']")).click()
    page.get_by_role("button", name="Send what I marked").click()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    assert (story.entry().outcome, story.entry().pain) == (Outcome.DONE, 3)


def test_what_was_skipped_is_left_unticked_and_what_was_marked_before_stays(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told((TWO_TAPS, TWO_TAPS, TIMED)), pocket.new_page()
    by_hand(page, base + story.path)
    page.locator("label").filter(has_text="Not today").nth(1).click()

    start(page)
    page.locator(".ring").click()
    page.locator(".ring").click()
    pressing(page, "Skip").click()
    stands_at(page, "Knee to chest", "3 of 3")
    pressing(page, "Start").click()
    pressing(page, "Skip").click()

    expect(page.locator("dialog.guide")).not_to_be_visible()
    assert ticked(page) == ["Bridge", "Bird dog"]
    page.get_by_role("button", name="Send what I marked").click()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    assert story.entry().outcome is Outcome.PART
    assert story.entry().done == [story.prescriptions()[0]]


def test_nothing_done_marks_nothing(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told().path)
    page.locator("[data-guide]").click()

    for _ in THREE:
        pressing(page, "Skip").click()

    expect(page.locator("dialog.guide")).not_to_be_visible()
    assert ticked(page) == []


def test_back_begins_an_exercise_again_and_then_goes_to_the_one_before(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told().path)
    start(page)
    pressing(page, "Skip").click()
    begin_exercise(page)

    pressing(page, "Back").click()
    stands_at(page, "Bird dog", "2 of 3")
    expect(pressing(page, "Start")).to_be_visible()
    pressing(page, "Back").click()

    stands_at(page, "Bridge", "1 of 3")


def test_a_pause_stops_the_clock_and_goes_on_with_what_was_left(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told((TIMED,)).path)
    start(page)
    wait(page, 8)
    shows(page, "Keep going", "12")

    pressing(page, "Pause").click()
    shows(page, "Paused", "12")
    wait(page, 600)
    pressing(page, "Go on").click()

    shows(page, "Keep going", "12")


def test_a_call_pauses_and_a_closed_page_goes_on_where_it_was(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told((TWO_TAPS, TIMED)), pocket.new_page()
    by_hand(page, base + story.path)
    start(page)
    page.locator(".ring").click()
    page.locator(".ring").click()
    begin_exercise(page)
    wait(page, 8)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    shows(page, "Paused", "12")

    by_hand(page, base + story.path)
    page.get_by_role("button", name="Go on where you were").click()
    stands_at(page, "Bird dog", "2 of 2")
    shows(page, "Paused", "12")
    pressing(page, "Go on").click()
    wait(page, 12)

    expect(page.locator("dialog.guide")).not_to_be_visible()
    assert ticked(page) == ["Bridge", "Bird dog"]


def test_another_plan_is_not_gone_on_with(
    told: Callable[..., Story], base: str, pocket: BrowserContext, sessions: Sessions
) -> None:
    story, page = told(), pocket.new_page()
    by_hand(page, base + story.path)
    start(page)
    pressing(page, "Close").click()
    expect(page.locator("[data-guide]")).to_have_text("Go on where you were")

    with sessions.begin() as session:
        row = session.get_one(Prescription, story.prescriptions()[2])
        row.dose_fields = Dose(seconds=30).to_json()
    by_hand(page, base + story.path)

    expect(page.locator("[data-guide]")).to_have_text("Guide me through")


def test_repetitions_are_counted_for_who_asks_for_it_and_it_is_remembered(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told((TWO_TAPS, TIMED)), pocket.new_page()
    by_hand(page, base + story.path)
    page.locator("[data-guide]").click()
    page.get_by_label("Count for me").check()
    begin_exercise(page)

    shows(page, "Go", "1")
    wait(page, 3)
    shows(page, "Go", "2")
    wait(page, 3)

    stands_at(page, "Bird dog", "2 of 2")
    expect(page.get_by_label("Count for me")).not_to_be_visible()
    by_hand(page, base + story.path)
    page.locator("[data-guide]").click()
    pressing(page, "Back").click()
    expect(page.get_by_label("Count for me")).to_be_checked()


def test_a_tempo_is_called_out(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told((Dose(reps=1, tempo="3-1-4"),)).path)
    start(page)

    for word, seconds in (("Go", 3), ("Wait", 1), ("Come back", 4)):
        shows(page, word, str(seconds))
        wait(page, seconds)

    expect(page.locator("dialog.guide")).not_to_be_visible()


def test_a_way_is_done_when_the_patient_says_so(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told((Dose(sets=2, distance="200 m"),)).path)
    start(page)

    for nth in ("1", "2"):
        shows(page, "Tap when done", nth)
        wait(page, 900)
        page.locator(".ring").click()

    expect(page.locator("dialog.guide")).not_to_be_visible()


# Heard, seen, pressed

AWAKE = "guide.signals.lock.then((lock) => !lock.released)"


def test_a_screen_reader_is_told_what_changes_and_not_every_count(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told((Dose(sets=2, reps=10, rest_seconds=20),)).path)
    page.locator("[data-guide]").click()
    page.get_by_label("Count for me").check()

    said = page.evaluate("""() => {
      const said = [];
      guide.on("go");
      for (let second = 0; guide.dialog.open && second < 300; second++) {
        const now = guide.parts.status.textContent;
        if (now && now !== said.at(-1)) said.push(now);
        moment += 1000;
        guide.on("tick");
      }
      return said;
    }""")

    counts = ["1 of 10", "5 of 10", "10 of 10"]
    assert said == ["Get ready 5 seconds", *counts, "Rest 20 seconds", *counts]


def test_keys_pause_go_on_skip_and_go_back(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told((TIMED, TIMED, TIMED)).path)
    page.locator("[data-guide]").focus()
    page.keyboard.press("Enter")

    page.keyboard.press("Space")
    shows(page, "Get ready", "5")
    page.keyboard.press("Space")
    shows(page, "Paused", "5")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    shows(page, "Get ready", "5")
    page.keyboard.press("ArrowRight")
    stands_at(page, "Bird dog", "2 of 3")
    page.keyboard.press("ArrowLeft")
    stands_at(page, "Bridge", "1 of 3")
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.keyboard.press("ArrowLeft")
    stands_at(page, "Bird dog", "2 of 3")
    page.keyboard.press("Escape")

    expect(page.locator("dialog.guide")).not_to_be_visible()
    expect(page.locator("[data-guide]")).to_be_focused()


def test_the_page_opens_it_by_itself_and_keeps_its_own_drawing(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told(), pocket.new_page()
    page.goto(base + story.path)
    drawn = page.locator(".exercise svg.fg").count()

    page.get_by_role("button", name="Guide me through").click()
    pressing(page, "Start").click()
    expect(page.locator("dialog .film")).to_be_visible()
    assert page.locator("dialog svg.fg").count() == 1
    pressing(page, "Pause").click()
    expect(page.locator("dialog svg.fg")).to_be_visible()
    expect(page.locator("dialog .film")).not_to_be_visible()
    pressing(page, "Close").click()

    expect(page.get_by_role("button", name="Go on where you were")).to_be_visible()
    assert page.locator(".exercise svg.fg").count() == drawn == len(THREE)


def test_silence_is_remembered(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    story, page = told(), pocket.new_page()
    by_hand(page, base + story.path)
    page.locator("[data-guide]").click()
    sound = pressing(page, "Sound")
    expect(sound).to_have_attribute("aria-pressed", "true")

    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "false")
    by_hand(page, base + story.path)
    page.locator("[data-guide]").click()

    expect(sound).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("guide.signals.sounds === undefined")


def test_the_screen_stays_awake_while_it_is_open_also_after_a_call(
    told: Callable[..., Story], base: str, pocket: BrowserContext
) -> None:
    page = pocket.new_page()
    by_hand(page, base + told().path)
    page.locator("[data-guide]").click()
    assert page.evaluate(AWAKE)

    page.evaluate("guide.signals.lock.then((lock) => lock.release())")
    assert not page.evaluate(AWAKE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate(AWAKE)
    pressing(page, "Close").click()

    expect(page.locator("dialog.guide")).not_to_be_visible()
    assert not page.evaluate(AWAKE)


def test_who_wants_less_motion_sees_the_drawing_stand_still(
    told: Callable[..., Story], base: str, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    page = context.new_page()
    by_hand(page, base + told().path)

    start(page)

    expect(page.locator("dialog svg.fg")).to_be_visible()
    assert page.locator("dialog .film").count() == 0
    moves = "getComputedStyle(document.querySelector('.share')).transitionDuration"
    assert page.evaluate(moves) == "0s"
    context.close()


def test_without_script_nothing_of_it_is_seen(
    told: Callable[..., Story], base: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(base + told().path)

    assert not page.locator("[data-guide]").is_visible()
    assert not page.locator("dialog.guide").is_visible()
    assert page.get_by_role("button", name="I did all 3").is_visible()
    context.close()


# What of the guide is wider than its place, or is pressed but below the edge of the screen
WIDE = """() => [...document.querySelectorAll(".guide, .ring > span, .guide button")]
  .filter((one) => one.checkVisibility() && (one.scrollWidth > one.clientWidth + 1
    || one.matches("button") && one.getBoundingClientRect().bottom > innerHeight))
  .map((one) => `${one.className} ${one.textContent.trim()}`)"""


def states(page: Page) -> Iterator[str]:
    """Bring about every face of the guide, one after another."""
    page.locator("[data-guide]").click()
    yield "before the start"
    page.locator("[data-is=main]").click()
    yield "get ready"
    page.locator(".ring").click()
    yield "tap"
    page.locator(".ring").click()
    yield "hold"
    page.locator("[data-is=main]").click()
    yield "paused"
    page.locator("[data-do=sound]").click()
    yield "silent"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_face_of_it_breaks_a_rule_of_access(
    told: Callable[..., Story], base: str, browser: Browser, language: str, theme: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=theme)
    page, broken = context.new_page(), {}
    by_hand(page, base + told((HELD,), language=language).path)

    for name in states(page):
        found = Axe().run(page, ".guide", options=RULES)
        assert found.response["passes"], name
        if found.violations_count:
            broken[name] = [one["id"] for one in found.response["violations"]]
    context.close()

    assert broken == {}


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_face_of_it_fits_the_screen_and_takes_a_thumb(
    told: Callable[..., Story], base: str, browser: Browser, language: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    page, broken = context.new_page(), {}
    by_hand(page, base + told((HELD,), language=language).path)

    for name in states(page):
        wide = page.evaluate(WIDE)
        small = page.evaluate(SMALL) if width < 640 else []
        if wide or small:
            broken[name] = [*small, *wide]
    context.close()

    assert broken == {}
