"""The whole story as a newcomer plays it: a reminder, an answer, the desk."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SHOTS = Path(__file__).parents[2] / "shots"


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def next_reminder(phone: Page, address: str, place: str = ".talk") -> str:
    """Let the next reminder arrive and return the link in it."""
    phone.goto(address)
    phone.get_by_role("button", name="Next reminder").click()
    phone.wait_for_load_state()
    link = phone.locator(f"{place} a[href*='/x/']").last
    return str(link.get_attribute("href"))


def of_patient(desk: Page, demo: str, name: str) -> Page:
    desk.goto(f"{demo}/desk/patients?q={name}")
    desk.get_by_role("link", name=re.compile(name)).first.click()
    return desk


def test_a_text_is_answered_and_the_desk_shows_it(demo: str, phone: Page, desk: Page) -> None:
    next_reminder(phone, f"{demo}/demo/phone")
    shoot(phone, "story-1-reminder-on-the-phone")

    phone.get_by_label("Text message").fill("done 4")
    phone.get_by_role("button", name="Send", exact=True).click()
    said = phone.locator(".talk li").filter(has_text="Logged: done, pain 4")
    expect(said.last).to_be_visible()
    shoot(phone, "story-2-answered")

    patient = of_patient(desk, demo, "Ana")
    expect(patient.get_by_text("read as done, pain 4").last).to_be_visible()
    shoot(patient, "story-3-the-desk-shows-it")


def test_the_page_behind_the_link_takes_a_tap(demo: str, phone: Page, desk: Page) -> None:
    link = next_reminder(phone, f"{demo}/demo/phone")

    phone.goto(link)
    shoot(phone, "story-4-todays-exercises")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.locator("input[name=pain]:checked").count() == 0
    phone.locator("label").filter(has=phone.locator("input[name=pain][value='6']")).click()
    phone.get_by_label(re.compile("A word for")).fill("stiff this morning")
    phone.get_by_role("button", name=re.compile("I did all")).click()
    expect(phone.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    shoot(phone, "story-5-thanks")

    phone.goto(link)
    expect(phone.get_by_text("stiff this morning")).to_be_visible()
    patient = of_patient(desk, demo, "Ana")
    expect(patient.get_by_text("stiff this morning").last).to_be_visible()


def test_an_email_is_answered_and_the_desk_shows_it(demo: str, phone: Page, desk: Page) -> None:
    next_reminder(phone, f"{demo}/demo/mailbox", ".letter")
    shoot(phone, "story-6-the-mailbox")
    name = str(phone.get_by_label("Whose mailbox").locator("option:checked").text_content())

    phone.get_by_label(re.compile("Answer like")).fill("done, pain 2")
    phone.get_by_role("button", name="Send answer").click()
    expect(phone.get_by_text("Logged: done, pain 2").last).to_be_visible()
    shoot(phone, "story-7-mail-answered")

    patient = of_patient(desk, demo, name.split(maxsplit=1)[0])
    expect(patient.get_by_text("read as done, pain 2").last).to_be_visible()


def test_a_red_flag_is_answered_at_once_and_stands_on_top_of_the_desk(
    demo: str, phone: Page, desk: Page
) -> None:
    next_reminder(phone, f"{demo}/demo/phone")

    phone.get_by_label("Text message").fill("done 3 but my legs went numb and I wet myself")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_text("This may be serious. Call 911").last).to_be_visible()

    desk.goto(f"{demo}/desk")
    expect(desk.get_by_text("my legs went numb and I wet myself").first).to_be_visible()
    shoot(desk, "story-8-safety-on-today")


def test_the_page_works_without_script(demo: str, phone: Page) -> None:
    phone.goto(f"{demo}/demo/phone")
    luis = phone.get_by_label("Whose phone").locator("option", has_text="Luis")
    number = str(luis.get_attribute("value"))
    link = next_reminder(phone, f"{demo}/demo/phone?number={quote(number)}")
    browser = phone.context.browser
    assert browser is not None
    bare = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = bare.new_page()

    page.goto(link)
    page.get_by_role("button", name=re.compile("I did all|Hice")).click()

    expect(page.get_by_role("heading", name=re.compile("Thank you|Gracias"))).to_be_visible()
    bare.close()
