"""What else could the reader ask for, and how many patients would that be?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reminders.store.people import Care
from reminders.store.queries.listed import Crowd, Flag, Order, Tally, Wanted
from reminders.web.desk.patients.asked import place
from reminders.web.desk.words import LANGUAGES

Link = tuple[str, str, bool]  # words, address, whether it is chosen

A_PAGE: Final = 50
_NEAR: Final = 2  # page numbers on either side of the one that is shown
_ORDERS: Final = {
    Order.NEED: "need",
    Order.NAME: "name",
    Order.HEARD: "longest not heard",
    Order.SESSIONS: "fewest sessions done",
}


def filters(wanted: Wanted, crowd: Crowd, flagged: Mapping[int, Flag]) -> list[Link]:
    """Whose patients, and what they have in common; a second press lets a filter go."""
    among = [one for one in crowd.tallies if one.mine or not wanted.mine]
    return [
        *_whose(wanted, crowd),
        *_asking(wanted, flagged),
        *_states(wanted, among),
        *_languages(wanted, among, crowd),
        *_sites(wanted, among, crowd),
    ]


def _whose(wanted: Wanted, crowd: Crowd) -> list[Link]:
    own, all_of_them = (_here(one for one in crowd.tallies if one.mine), _here(crowd.tallies))
    mine = (f"Mine {own}", place(replace(wanted, mine=True)), wanted.mine)
    everyone = (f"Everyone {all_of_them}", place(replace(wanted, mine=False)), not wanted.mine)
    return [mine, everyone] if own or wanted.mine else [everyone]


def _here(found: Iterable[Tally]) -> int:
    return sum(one.number for one in found if one.state is not Care.DISCHARGED)


def _asking(wanted: Wanted, flagged: Mapping[int, Flag]) -> list[Link]:
    number = sum(flag.asks for flag in flagged.values())
    href = place(replace(wanted, asking=not wanted.asking))
    return [(f"Needs someone {number}", href, wanted.asking)] if number or wanted.asking else []


def _states(wanted: Wanted, among: Sequence[Tally]) -> list[Link]:
    found: list[Link] = []
    for state in (Care.PAUSED, Care.DISCHARGED):
        number = sum(one.number for one in among if one.state is state)
        chosen = wanted.state is state
        href = place(replace(wanted, state=None if chosen else state))
        if number or chosen:
            found.append((f"{state.value.capitalize()} {number}", href, chosen))
    return found


def _languages(wanted: Wanted, among: Sequence[Tally], crowd: Crowd) -> list[Link]:
    """Each language, where there are two and more."""
    spoken = sorted({one.language for one in crowd.tallies} & LANGUAGES.keys())
    found: list[Link] = []
    for code in spoken if len(spoken) > 1 else ():
        number = _here(one for one in among if one.language == code)
        chosen = wanted.language == code
        href = place(replace(wanted, language="" if chosen else code))
        found.append((f"{LANGUAGES[code]} {number}", href, chosen))
    return found


def _sites(wanted: Wanted, among: Sequence[Tally], crowd: Crowd) -> list[Link]:
    """Each location, where there are two and more."""
    sites = sorted({(one.location_id, one.location) for one in crowd.tallies if one.location_id})
    found: list[Link] = []
    for row, name in sites if len(sites) > 1 else ():
        number = _here(one for one in among if one.location_id == row)
        chosen = wanted.location_id == row
        href = place(replace(wanted, location_id=None if chosen else row))
        found.append((f"{name} {number}", href, chosen))
    return found


def orders(wanted: Wanted) -> list[Link]:
    """What may stand first."""
    return [
        (word, place(replace(wanted, order=order)), wanted.order is order)
        for order, word in _ORDERS.items()
    ]


def pages(wanted: Wanted, page: int, last: int) -> list[Link]:
    """The numbers of the pages near this one, and of both ends."""
    if last == 1:
        return []
    near = {one for one in range(page - _NEAR, page + _NEAR + 1) if 1 <= one <= last}
    return [
        (str(one), place(wanted, page=str(one)), one == page) for one in sorted({1, last} | near)
    ]
