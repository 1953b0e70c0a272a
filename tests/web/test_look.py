"""Does the look keep its promises: contrast, shape and word, no inline code, little weight?"""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from jinja2 import Environment, FileSystemLoader
from wtforms import Form, IntegerField
from wtforms.validators import NumberRange

from reminders.core.adherence import Mark
from reminders.core.triage import AlertKind
from reminders.web.sheets import sheet_of

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
PAGES = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)

GROUNDS = ("paper", "card", "sunk", "accent-soft", "danger-soft", "watch-soft", "pain-soft")
PRESSABLE = ("paper", "card", "sunk")
FILLED = ("accent", "danger", "watch", "pain")


def parts(name: str) -> ModuleType:
    """Give the macros of one file as functions."""
    return cast(ModuleType, PAGES.get_template(f"parts/{name}.html").module)


# Contrast, recomputed from the stylesheet


def palette(theme: str) -> dict[str, str]:
    """Read the colours the stylesheet gives to a theme."""
    roots = re.findall(r":root \{(.*?)\}", (STATIC / "base.css").read_text(), re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): #([0-9A-F]{3,6})\b", roots[theme == "dark"]))


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("colour", "grounds", "light", "dark"),
    [
        ("ink", GROUNDS, 13.2, 10.4),
        ("soft", GROUNDS, 5.7, 5.8),
        ("accent", GROUNDS, 6.6, 6.3),
        ("danger", GROUNDS, 6.3, 6.2),
        ("watch", GROUNDS, 6.5, 6.3),
        ("pain", GROUNDS, 7.2, 6.4),
        ("on-accent", FILLED, 7.7, 8.3),
        ("edge", PRESSABLE, 3.6, 4.1),
        ("focus", PRESSABLE, 4.8, 7.9),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_colour_can_be_read_on_every_ground_it_may_stand_on(
    colour: str, grounds: tuple[str, ...], light: float, dark: float
) -> None:
    for theme, least in (("light", light), ("dark", dark)):
        colours = palette(theme)

        worst = min(contrast(colours[colour], colours[ground]) for ground in grounds)

        assert worst >= least, f"{colour} in {theme}: {worst:.2f}"


def test_dark_redefines_every_colour_of_light() -> None:
    assert palette("dark").keys() == palette("light").keys()
    assert len(palette("light")) == 17


def test_no_rule_brings_a_colour_of_its_own() -> None:
    for name in ("base.css", "desk.css", "patient.css", "guide.css"):
        screen = (STATIC / name).read_text().split("@media print")[0]
        rules = re.sub(r":root \{.*?\}", "", screen, flags=re.DOTALL)

        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules), name


# Weight


def test_a_patients_page_carries_little_style() -> None:
    assert len(sheet_of(STATIC, "plain").block) <= 9_000


def test_a_page_of_the_desk_stays_light() -> None:
    assert (STATIC / "desk.css").stat().st_size <= 14_000


# Templates


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_style_and_no_inline_script(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)

    assert not re.search(r"<style\b|\bstyle\s*=|javascript:", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text, re.IGNORECASE)
    assert not re.search(r"""<[^>]*\son[a-z]+\s*=\s*["']""", text, re.IGNORECASE)


def test_every_icon_a_template_asks_for_is_drawn() -> None:
    drawn = parts("icons").PATHS
    asked = {
        name
        for path in templates()
        for name in re.findall(r'\bicon\("([a-z-]+)"', path.read_text())
    }

    assert asked
    assert asked <= drawn.keys()


# What a day was, and why someone is on the list


def symbol(mark: str) -> str:
    found = re.search(rf'<symbol id="m-{mark}".*?>(.*?)</symbol>', str(parts("marks").symbols()))
    assert found, mark
    return found[1]


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_has_a_shape_a_word_and_a_colour(mark: Mark) -> None:
    marks = parts("marks")

    assert symbol(mark)
    assert marks.WORDS["en"][mark] in str(marks.mark(mark))
    assert marks.WORDS["es"][mark] in str(marks.mark(mark, "es"))
    assert f".m-{mark}" in (STATIC / "base.css").read_text()


def test_no_two_marks_share_a_shape_or_a_word() -> None:
    words = parts("marks").WORDS

    assert len({symbol(mark) for mark in Mark}) == len(Mark)
    assert all(len(set(words[lang].values())) == len(Mark) for lang in ("en", "es"))
    assert set(words["en"]) == set(words["es"]) == set(Mark)


@pytest.mark.parametrize("kind", AlertKind)
def test_every_reason_has_a_chip_with_a_sign_and_a_word(kind: AlertKind) -> None:
    chip = str(parts("chips").chip(kind))

    assert "<path" in chip
    assert re.search(r"</svg>\w", chip)


# Fields


class Reps(Form):
    reps = IntegerField("Reps", [NumberRange(1, 100, "Between 1 and 100, please")])


class Posted(dict[str, list[str]]):
    """What WTForms wants of a posted form."""

    def getlist(self, key: str) -> list[str]:
        return self[key]


def test_a_wrong_field_says_what_is_right_above_itself_and_keeps_what_was_typed() -> None:
    form = Reps(Posted(reps=["9999"]))
    form.validate()

    html = str(parts("fields").field(form.reps, hint="In a row"))

    assert html.index("Between 1 and 100, please") < html.index("<input")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="reps-hint reps-error"' in html
    assert 'value="9999"' in html


def test_a_right_field_is_quiet() -> None:
    form = Reps(Posted(reps=["10"]))
    form.validate()

    html = str(parts("fields").field(form.reps))

    assert 'for="reps"' in html
    assert "aria-" not in html


@pytest.mark.parametrize(("chosen", "checked"), [(None, []), (0, ["0"]), (10, ["10"])], ids=str)
def test_the_pain_scale_chooses_nothing_for_the_patient(
    chosen: int | None, checked: list[str]
) -> None:
    html = str(parts("fields").pain_scale("pain", chosen))

    assert html.count('type="radio"') == 11
    assert re.findall(r'value="(\d+)" checked', html) == checked


def test_a_moment_is_utc_for_machines_and_wall_clock_for_people() -> None:
    at = datetime(2026, 11, 20, 13, 14, tzinfo=UTC)

    html = str(parts("time").moment(at, "Fri 20 Nov, 8:14 am"))

    assert html == '<time datetime="2026-11-20T13:14:00Z">Fri 20 Nov, 8:14 am</time>'


def test_what_a_patient_wrote_is_shown_as_text() -> None:
    said = PAGES.from_string(
        '{% from "parts/conversation.html" import bubble %}'
        '{% call bubble("in", "Ana", text) %}9:40{% endcall %}'
    ).render(text="<b>done</b> 4")

    assert "&lt;b&gt;done&lt;/b&gt; 4" in said
