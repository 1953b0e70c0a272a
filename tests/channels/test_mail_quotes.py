"""Are the writer's own words found, in the mail programs that patients use?"""

import pytest

from reminders.channels.mail.markup import words_of
from reminders.channels.mail.quotes import own_words

MARKER = ("Reply above this line", "Responda por encima de esta línea")

OURS = """\
Reply above this line
Maple PT: time for your exercises.
Reply DONE and your pain 0-10, or STOP."""
NUESTRO = """\
Responda por encima de esta línea
Maple PT: es hora de sus ejercicios.
Responda HECHO y su dolor de 0 a 10."""


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


GMAIL = f"""\
Done, pain 3

On Tue, Mar 3, 2026 at 9:00 AM Maple PT <reply+k7@in.maple.example>
wrote:

{quoted(OURS)}
"""
GMAIL_ES = f"""\
Hecho, dolor 3

El mar, 3 mar 2026 a la(s) 9:00 a.m., Maple PT (<reply+k7@in.maple.example>)
escribió:

{quoted(NUESTRO)}
"""
GMAIL_OLD_ES = f"""\
Hecho 3

2026-03-03 9:00 GMT-05:00 Maple PT <reply+k7@in.maple.example>:

{quoted(NUESTRO)}
"""
IPHONE = f"""\
Done 3
Sent from my iPhone

> On Mar 3, 2026, at 9:00 AM, Maple PT <reply+k7@in.maple.example> wrote:
>
{quoted(OURS)}
"""
IPHONE_ES = f"""\
Hecho 3

Enviado desde mi iPhone

> El 3 mar 2026, a la(s) 9:00 a.m., Maple PT <reply+k7@in.maple.example> escribió:
>
{quoted(NUESTRO)}
"""
APPLE_MAIL = f"""\
Done 3

> On Mar 3, 2026, at 9:00 AM, Maple PT wrote:
{quoted(OURS)}

"""
OUTLOOK = f"""\
Done 3

From: Maple PT <reply+k7@in.maple.example>
Sent: Tuesday, March 3, 2026 9:00 AM
To: Ana <ana@patient.example>
Subject: Maple PT

{OURS}
"""
OUTLOOK_ES = f"""\
Hecho 3

________________________________
De: Maple PT <reply+k7@in.maple.example>
Enviado: martes, 3 de marzo de 2026 9:00
Para: Ana <ana@patient.example>
Asunto: Maple PT

{NUESTRO}
"""
OUTLOOK_PHONE = f"""\
Done 3

Get Outlook for iOS<https://aka.ms/o0ukef>
________________________________
From: Maple PT <reply+k7@in.maple.example>
Sent: Tuesday, March 3, 2026 9:00:00 AM
To: Ana <ana@patient.example>
Subject: Maple PT

{OURS}
"""
OUTLOOK_PHONE_ES = f"""\
Hecho 3

Obtener Outlook para Android<https://aka.ms/AAb9ysg>
________________________________
From: Maple PT <reply+k7@in.maple.example>
Sent: Tuesday, March 3, 2026 9:00:00 AM
To: Ana <ana@patient.example>
Subject: Maple PT

{NUESTRO}
"""
OUTLOOK_OLD = f"""\
Done 3

-----Original Message-----
From: Maple PT [mailto:reply+k7@in.maple.example]
Sent: Tuesday, March 3, 2026 9:00 AM
To: Ana
Subject: Maple PT

{OURS}
"""
OUTLOOK_OLD_ES = f"""\
Hecho 3

-----Mensaje original-----
De: Maple PT
Enviado el: martes, 3 de marzo de 2026 9:00
Para: Ana
Asunto: Maple PT

{NUESTRO}
"""
YAHOO = f"""\
Done 3

Sent from Yahoo Mail for iPhone


On Tuesday, March 3, 2026, 9:00 AM, Maple PT <reply+k7@in.maple.example> wrote:

{OURS}
"""
YAHOO_ES = f"""\
Hecho 3
Enviado desde Yahoo Mail para Android

  El mar., 3 mar. 2026 a la(s) 9:00, Maple PT<reply+k7@in.maple.example> escribió:

{NUESTRO}
"""
THUNDERBIRD_BELOW = f"""\
On 3/3/26 9:00, Maple PT wrote:
{quoted(OURS)}

Done 3

--\x20
Ana Ruiz
555-0100
"""
BETWEEN = """\
On 3/3/26 9:00, Maple PT wrote:
> Did you do your exercises?

Yes, all done

> And the pain, 0-10?

3, thanks
"""
SAMSUNG = f"""\
Done 3

Sent from my Galaxy

-------- Original message --------
From: Maple PT <reply+k7@in.maple.example>
Date: 3/3/26 9:00 AM (GMT-05:00)
To: ana@patient.example
Subject: Maple PT

{OURS}
"""
SIGNED = """\
Done 3

--\x20
Ana Ruiz, Suite 7, 555-0100
"""
ONLY_OUR_MARK = f"""\
Done 3

{OURS}
"""
MANGLED = f"""\
Done 3

Am Di., 3. März 2026 um 09:00 Uhr schrieb Maple PT <reply+k7@in.maple.example>:

{quoted(OURS)}
"""

SAMPLES = [
    pytest.param(GMAIL, "Done, pain 3", id="Gmail"),
    pytest.param(GMAIL_ES, "Hecho, dolor 3", id="Gmail es"),
    pytest.param(GMAIL_OLD_ES, "Hecho 3", id="Gmail es old"),
    pytest.param(IPHONE, "Done 3", id="iPhone"),
    pytest.param(IPHONE_ES, "Hecho 3", id="iPhone es"),
    pytest.param(APPLE_MAIL, "Done 3", id="Apple Mail"),
    pytest.param(OUTLOOK, "Done 3", id="Outlook"),
    pytest.param(OUTLOOK_ES, "Hecho 3", id="Outlook es"),
    pytest.param(OUTLOOK_PHONE, "Done 3", id="Outlook phone"),
    pytest.param(OUTLOOK_PHONE_ES, "Hecho 3", id="Outlook phone es"),
    pytest.param(OUTLOOK_OLD, "Done 3", id="Outlook old"),
    pytest.param(OUTLOOK_OLD_ES, "Hecho 3", id="Outlook old es"),
    pytest.param(YAHOO, "Done 3", id="Yahoo"),
    pytest.param(YAHOO_ES, "Hecho 3", id="Yahoo es"),
    pytest.param(SAMSUNG, "Done 3", id="Samsung"),
    pytest.param(THUNDERBIRD_BELOW, "Done 3", id="below the quote"),
    pytest.param(BETWEEN, "Yes, all done\n\n3, thanks", id="between quotes"),
    pytest.param(SIGNED, "Done 3", id="signature"),
    pytest.param(ONLY_OUR_MARK, "Done 3", id="only our marker"),
    pytest.param(MANGLED, "Done 3", id="German"),
    pytest.param("Done 3", "Done 3", id="nothing quoted"),
    pytest.param("", "", id="empty"),
    pytest.param(quoted(OURS), "", id="only a quote"),
    pytest.param(OURS, "", id="only our own letter"),
]


@pytest.mark.parametrize(("text", "own"), SAMPLES)
def test_the_own_words_are_found(text: str, own: str) -> None:
    assert own_words(text, MARKER) == own


@pytest.mark.parametrize(("text", "own"), SAMPLES)
def test_they_are_found_with_the_line_ends_of_the_wire(text: str, own: str) -> None:
    assert own_words(text.replace("\n", "\r\n"), MARKER) == own


WITHOUT_OUR_MARK = [sample for sample in SAMPLES if sample.id not in {
    "only our marker",
    "only our own letter",
}]  # fmt: skip


@pytest.mark.parametrize(("text", "own"), WITHOUT_OUR_MARK)
def test_they_are_found_even_where_our_marker_was_lost(text: str, own: str) -> None:
    assert own_words(text) == own


@pytest.mark.parametrize(("text", "own"), SAMPLES)
def test_our_own_pain_scale_is_never_read_as_an_answer(text: str, own: str) -> None:
    found = own_words(text, MARKER)

    for ours in ("0-10, or", "0 a 10", "STOP"):
        assert ours not in found


@pytest.mark.parametrize(
    "text",
    [
        "On Monday my doctor wrote:\nrest for a week",
        "El lunes mi doctora escribió: descanso",
        "From: my bed. To: the floor. Done!",
        "I sent it from my phone, pain 3",
        "Done - pain 3 - all good",
        "2026 will be my year: done!",
        "pain <3",
        "Sent you a note yesterday",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert own_words(text, MARKER) == text


def test_what_stands_above_our_marker_alone_counts() -> None:
    text = f"Done 3\n\n> Maple PT\n{quoted(OURS)}\n\nThis mail was checked for viruses 0 of 10"

    assert own_words(text, MARKER) == "Done 3"


def test_the_wrapped_end_of_a_quoted_line_is_not_an_answer() -> None:
    text = "Thanks!\n\n> Reply with your pain on the scale from\n0-10\n> Maple PT\n"

    assert own_words(text) == "Thanks!"


def test_the_marker_is_known_in_any_spelling_of_its_accents() -> None:
    decomposed = "Responda  por encima de esta li\u0301nea"

    assert own_words(f"Hecho 3\n\u200b--- {decomposed} ---\n0-10", MARKER) == "Hecho 3"


def test_hidden_letters_are_dropped() -> None:
    assert own_words("\ufeffDone\u00a03\u200b") == "Done 3"


GMAIL_HTML = """\
<div dir="ltr">Done, pain&nbsp;3 &amp; fine</div><br><div class="gmail_quote gmail_quote_container">
<div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 9:00&#8239;AM Maple PT &lt;<a
href="mailto:reply+k7@in.example">reply+k7@in.example</a>&gt; wrote:<br></div><blockquote
class="gmail_quote" style="margin:0"><p>Reply above this line</p><p>pain 0-10, or STOP</p>
</blockquote></div>"""
OUTLOOK_HTML = """\
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p {margin:0} --></style>
<title>x</title></head><body lang=EN-US><div class=WordSection1><p class=MsoNormal>Done 3<o:p></o:p>
</p><!--[if mso]><p>hidden</p><![endif]--><div><p><b>From:</b> Maple PT &lt;a@b.example&gt;<br>
<b>Sent:</b> Tuesday, March 3, 2026 9:00 AM<br><b>To:</b> Ana<br><b>Subject:</b> Maple PT</p></div>
<p>pain 0-10, or STOP</p></div></body></html>"""
BELOW_HTML = """\
<body><div>El 3/3/26 9:00, Maple PT escribió:</div><blockquote><p>dolor de 0 a 10</p><blockquote>
<p>más</p></blockquote></blockquote><p>Hecho 3</p></body>"""


@pytest.mark.parametrize(
    ("markup", "own"),
    [
        pytest.param(GMAIL_HTML, "Done, pain 3 & fine", id="Gmail"),
        pytest.param(OUTLOOK_HTML, "Done 3", id="Outlook"),
        pytest.param(BELOW_HTML, "Hecho 3", id="below the quote"),
        pytest.param("Done<br>3", "Done\n3", id="lines"),
        pytest.param("<head><title>x<body>Done 3", "Done 3", id="a head without an end"),
        pytest.param("Done 3<script>evil(0)</script>", "Done 3", id="script"),
        pytest.param("Done 3 <!-- and so on", "Done 3", id="a comment without an end"),
        pytest.param("pain < 3 & <b>done", "pain < 3 & done", id="sloppy"),
        pytest.param("<p>Done</p></blockquote></div>3", "Done\n\n3", id="ends without beginnings"),
    ],
)
def test_the_words_of_html_are_read_like_plain_ones(markup: str, own: str) -> None:
    assert own_words(words_of(markup), MARKER) == own
