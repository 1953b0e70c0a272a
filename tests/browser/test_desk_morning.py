"""A therapist's morning: four people need her, and by nine nobody of them does any more."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


def row(desk: Page, demo: str, name: str) -> Locator:
    """Somebody's row on the list of everybody."""
    desk.goto(f"{demo}/desk/?show=all")
    found = desk.locator("[data-row]").filter(has_text=name)
    expect(found).to_have_count(1)
    return found


def is_off_the_list(desk: Page, demo: str, name: str) -> None:
    desk.goto(f"{demo}/desk/?show=all")
    expect(desk.locator("[data-row]").filter(has_text=name)).to_have_count(0)


def count(desk: Page, demo: str) -> int:
    desk.goto(f"{demo}/desk/?show=all")
    return int(desk.locator(".places .count").inner_text().split()[0])


def test_a_morning_is_played_and_today_is_done(desk: Page, demo: str) -> None:
    before = count(desk, demo)

    walter = row(desk, demo, "Walter Brandt")
    expect(walter.get_by_role("link", name=re.compile("^Call"))).to_have_attribute(
        "href", re.compile("^tel:")
    )
    walter.get_by_role("button", name="I have it").click()
    row(desk, demo, "Walter Brandt").get_by_role("link", name="Clear").click()
    desk.get_by_role("button", name="Clear it").click()
    is_off_the_list(desk, demo, "Walter Brandt")

    row(desk, demo, "Tom Whitaker").get_by_role("button", name="Called", exact=True).click()
    is_off_the_list(desk, demo, "Tom Whitaker")
    desk.goto(f"{demo}/desk/patients?q=Tom")
    desk.get_by_role("link", name=re.compile("Tom Whitaker")).first.click()
    expect(desk.locator(".called").last).to_contain_text("We spoke")

    row(desk, demo, "Denise Kowalski").get_by_role("link", name="Denise Kowalski").click()
    desk.get_by_role("button", name="Make it lighter").click()
    desk.locator("[name=signed]").check()
    desk.get_by_role("button", name=re.compile("^Give Denise plan")).click()
    expect(desk.get_by_role("status").first).to_be_visible()
    row(desk, demo, "Denise Kowalski").get_by_role("button", name="Seen", exact=True).click()
    is_off_the_list(desk, demo, "Denise Kowalski")

    row(desk, demo, "Nadia Haddad").get_by_role("link", name="Answer").click()
    desk.get_by_label("Write to Nadia").fill("Yes, swimming is fine.")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_role("status").filter(has_text="Your note")).to_be_visible()
    is_off_the_list(desk, demo, "Nadia Haddad")

    assert count(desk, demo) == before - 4
