"""Is a list of patients read as it was meant, and told plainly what is wrong with it?"""

from datetime import date

import pytest

from reminders.core.intake import (
    EXAMPLE,
    MOST_BYTES,
    MOST_ROWS,
    Entry,
    NotAList,
    Standing,
    Usual,
    decoded,
    entries,
    judged,
    table,
)

TODAY = date(2026, 11, 21)
USUAL = Usual("en", "America/New_York", TODAY)
HEAD = "First name,Last name,Mobile number"


def read(text: str) -> tuple[Entry, ...]:
    return entries(table(text), USUAL)


def one(**cells: str) -> Entry:
    """The only row of a list with these cells beside a sound name and number."""
    names = {
        "first": "First name",
        "last": "Last name",
        "phone": "Mobile number",
        "email": "Email",
        "born": "Year of birth",
        "by": "Remind by",
        "language": "Language",
        "zone": "Time zone",
        "agreed": "Agreed on",
        "how": "How they agreed",
    }
    told = {"first": "Ana", "last": "Morales", "phone": "(207) 555-0118"} | cells
    [entry] = read(
        ",".join(names[key] for key in told) + "\n" + ",".join(f'"{v}"' for v in told.values())
    )
    return entry


@pytest.mark.parametrize(
    "raw",
    [
        "First name;Last name;Email\nJosé;Ibáñez;jose@example.org\n".encode(),
        "\ufeffFirst name,Last name,Email\r\nJosé,Ibáñez,jose@example.org\r\n".encode(),
        "first_name,LAST NAME, e-mail \nJosé,Ibáñez,jose@example.org".encode("latin-1"),
    ],
    ids=["utf-8, semicolons", "utf-8 with a mark, commas", "latin-1, other names"],
)
def test_a_file_is_read_however_the_spreadsheet_saved_it(raw: bytes) -> None:
    [entry] = read(decoded(raw))

    assert (entry.name, entry.email, entry.faults) == ("José Ibáñez", "jose@example.org", ())
    assert (entry.by, entry.language, entry.zone) == ("email", "en", "America/New_York")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"  \n", "empty"),
        (b"PK\x03\x04 an Excel sheet", "Save the sheet as CSV"),
        ("Name".encode("utf-16"), "Save the sheet as CSV"),
        (b"x" * (MOST_BYTES + 1), "128 kB"),
        (b"Name,Phone\nAna,1", "must name the columns"),
        (b"First name,Last name\nAna,Morales", "must name the columns"),
        (b"First name,Last name,Phone,Mobile\nA,B,1,2", "both called cell"),
        (HEAD.encode(), "nobody below"),
        (f'{HEAD}\n"Ana,Morales,1'.encode(), "quotation mark"),
        ("\n".join([HEAD, *["A,B,1"] * (MOST_ROWS + 1)]).encode(), "500 patients"),
    ],
    ids=[
        *("empty", "a workbook", "another encoding", "too large", "no names", "no address"),
        *("a name twice", "nobody", "an open quotation", "too many"),
    ],
)
def test_a_file_that_is_no_list_is_told_so_in_words(raw: bytes, said: str) -> None:
    with pytest.raises(NotAList, match=said):
        table(decoded(raw))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"first": ""}, "A first name, please."),
        ({"last": "x" * 61}, "A name of at most 60 letters"),
        ({"phone": "555"}, "This number does not exist"),
        ({"phone": "(207) 555-0118 ext. 4"}, "without an extension"),
        ({"phone": ""}, "A mobile number or an email"),
        ({"phone": "", "by": "text"}, "Texts need a mobile number."),
        ({"by": "email"}, "Emails need an address."),
        ({"by": "pigeon"}, "Remind by text or by email"),
        ({"email": "ana at example"}, "An email address, please"),
        ({"born": "58"}, "four digits"),
        ({"born": "2058"}, "four digits"),
        ({"language": "Klingon"}, "English or Spanish"),
        ({"zone": "Mars/Olympus"}, "like America/New_York"),
        ({"agreed": "soon", "how": "paper"}, "like 2026-11-02"),
        ({"agreed": "2026-11-22", "how": "paper"}, "still to come"),
        ({"agreed": "2026-11-02"}, "paper, in person or phone"),
        ({"agreed": "2026-11-02", "how": "by heart"}, "paper, in person or phone"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_a_row_is_said_once_and_plainly(
    cells: dict[str, str], fault: str
) -> None:
    [said] = one(**cells).faults

    assert fault in said


def test_a_row_may_have_more_than_one_fault() -> None:
    assert len(one(phone="12", zone="Rome", first="").faults) == 3


@pytest.mark.parametrize(
    ("typed", "day"), [("2026-11-02", date(2026, 11, 2)), ("11/2/2026", date(2026, 11, 2))]
)
def test_the_day_of_a_yes_is_read_as_a_spreadsheet_writes_it(typed: str, day: date) -> None:
    entry = one(agreed=typed, how="In person")

    assert (entry.agreed_on, entry.how, entry.faults) == (day, "in_person", ())


def test_what_begins_like_a_formula_stays_text_and_a_control_letter_becomes_a_space() -> None:
    entry = one(first="=1+1", last="Mo\trales\x07 ")

    assert (entry.first_name, entry.last_name) == ("=1+1", "Mo rales")


def test_the_example_is_sound() -> None:
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in EXAMPLE)

    found = table(text)

    assert found.strange == ()
    assert [entry.faults for entry in entries(found, USUAL)] == [()]


def test_a_column_that_nobody_knows_is_named_and_left_out() -> None:
    found = table(f"{HEAD},Shoe size\nAna,Morales,2075550118,39")

    assert found.strange == ("Shoe size",)
    assert "39" not in found.rows[0][1].values()


# Who comes in


def standings(text: str, known: dict[str, list[str]]) -> list[Standing]:
    return [one.standing for one in judged(read(text), known)]


@pytest.mark.parametrize(
    ("rows", "known", "standing"),
    [
        (["Ana,Morales,2075550118"], {}, [Standing.SOUND]),
        (["Ana,Morales,2075550118"], {"+12075550118": ["ANA  Morales"]}, [Standing.HERE]),
        (["Ana,Morales,2075550118"], {"+12075550118": ["June Park"]}, [Standing.SHARES]),
        (["Ana,Morales,2075550118"] * 2, {}, [Standing.SOUND, Standing.HERE]),
        (
            ["Ana,Morales,2075550118", "Leo,Morales,(207) 555-0118"],
            {},
            [Standing.SOUND, Standing.SHARES],
        ),
        (
            ["Ana,Morales,12", "Ana,Morales,2075550118"],
            {},
            [Standing.FAULTY, Standing.SOUND],
        ),
    ],
    ids=["new", "here", "another's number", "twice", "two on a number", "a faulty row is no owner"],
)
def test_who_is_here_already_and_who_shares_a_phone_is_told_by_the_number(
    rows: list[str], known: dict[str, list[str]], standing: list[Standing]
) -> None:
    assert standings("\n".join([HEAD, *rows]), known) == standing


def test_who_is_here_already_is_told_by_the_mail_address_too() -> None:
    text = "First name,Last name,Email\nAna,Morales,ana@example.org\nLeo,Morales,ana@example.org"

    assert standings(text, {"ana@example.org": ["Ana Morales"]}) == [
        Standing.HERE,
        Standing.SOUND,
    ]


def test_who_shares_a_phone_comes_in_by_the_tick_of_their_own_line_alone() -> None:
    text = f"{HEAD}\nAna,Morales,2075550118\nLeo,Morales,2075550118\nSam,Morales,2075550118"
    rows = judged(read(text), {})

    coming = [one.entry.first_name for one in rows if one.comes_in({4})]

    assert coming == ["Ana", "Sam"]
