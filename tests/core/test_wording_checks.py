"""Is a clinic told plainly what is wrong with its own words?"""

import pytest

from reminders.core.wording import FIXED, LANGUAGES, Key, check
from reminders.core.wording.speech import speech


@pytest.mark.parametrize(
    ("template", "key", "fault"),
    [
        ("time, $fist. $link Reply DONE", Key.REMINDER, "$fist is not a name we know"),
        ("nice! $link DONE?", Key.DONE, "$link has no value in this text"),
        ("time for your exercises", Key.REMINDER, "$link is missing"),
        ("go[ $link] now", Key.REMINDER, "$link is missing"),
        ("hello, $first. $link DONE?", Key.REMINDER, "$first may be empty"),
        ("thanks, call $phone", Key.MESSAGE, "$phone may be empty"),
        ("logged for $day: done", Key.DONE_ONLY, "$day may be empty"),
        ("time to go: $link", Key.REMINDER, "Put words after $link"),
        ("time to go: $link[ $first]", Key.REMINDER, "Put words after $link"),
        ("see bit.ly/x or $link now", Key.REMINDER, "Leave out web addresses"),
        ("done? Reply YES", Key.CONFIRM_DONE, "Do not ask for YES"),
        ("for your Knee: $link Reply DONE", Key.REMINDER, 'Leave out "knee"'),
        ("$clinic says well done", Key.DONE, "Leave out $clinic"),
        ("only $ 5", Key.DONE, "A $ must be followed by a name"),
        ("a [b [c]] d", Key.DONE, "Each [ needs its own ]"),
        ("a [b", Key.DONE, "Each [ needs its own ]"),
        ("  ", Key.DONE, "Write something"),
        ("x" * 134, Key.DONE, "takes 2 texts. Take out 1 letters"),
        ("á" + "x" * 80, Key.DONE, "instead of 160: á"),
        ("x" * 34 + " $link Reply DONE and pain 0-10.", Key.REMINDER, "takes 2 texts"),
    ],
)
def test_a_fault_in_a_clinics_own_words_is_named_plainly(
    template: str, key: Key, fault: str
) -> None:
    faults = check(template, key, "en")

    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("template", "key", "lang"),
    [
        ("time to move[, $first]! $link Reply DONE and pain 0-10.", Key.REMINDER, "en"),
        ("Nice work[, $first]! Pain 0-10?", Key.DONE, "en"),
        ("x" * 133, Key.DONE, "en"),
        ("¡Así se hace!", Key.DONE, "es"),
        ("OK, not ${when}.", Key.SKIPPED, "en"),
    ],
)
def test_good_words_of_a_clinic_pass(template: str, key: Key, lang: str) -> None:
    assert check(template, key, lang) == ()


@pytest.mark.parametrize(
    ("key", "lang"), [(key, lang) for key in Key if key not in FIXED for lang in LANGUAGES]
)
def test_our_own_words_pass_the_check_for_clinics(key: Key, lang: str) -> None:
    faults = check(speech(lang).sms[key], key, lang)

    # Ours may change to shorter words to make room for STOP; a clinic's cannot.
    room = tuple(fault for fault in faults if not (key is Key.REMINDER and "takes" in fault))
    assert room == ()
