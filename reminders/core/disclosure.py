"""Which groups may be shown, so that nobody can be told from a figure?

A group of fewer than five is hidden. So is any other that would give it away: what is shown of a
total and of the other groups must not add up to the hidden one, neither within one table nor
between two. Who subtracts is left with five or more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

FEWEST: Final = 5
_PRIME: Final = 2**61 - 1  # whole numbers that can be divided; no table of ours meets its multiples

Name = tuple[str, int | None]  # which table, and whose row of it
Row = list[int]


def shown(groups: Mapping[Name, Collection[int]]) -> frozenset[Name]:
    """The groups, each with its members, that may be shown beside the total of all of them."""
    kinds = _kinds(groups)
    hidden = {name for name, members in groups.items() if len(members) < FEWEST}
    while (betrayed := _betrayed(groups, kinds, hidden)) is not None:
        left = [name for name in groups if name not in hidden]
        beside = [name for name in left if name[0] == betrayed[0]] or left
        if not beside:
            break
        hidden.add(min(beside, key=lambda name: (len(groups[name]), str(name))))
    return frozenset(groups.keys() - hidden)


def may_total(groups: Mapping[Name, Collection[int]]) -> bool:
    """Whether the figures of everybody together may be shown."""
    return len(set().union(*groups.values())) >= FEWEST


def _kinds(groups: Mapping[Name, Collection[int]]) -> dict[frozenset[Name], int]:
    """How many people are in exactly the same groups: no figure tells these apart."""
    belongs: dict[int, set[Name]] = {}
    for name, members in groups.items():
        for one in members:
            belongs.setdefault(one, set()).add(name)
    kinds: dict[frozenset[Name], int] = {}
    for names in map(frozenset, belongs.values()):
        kinds[names] = kinds.get(names, 0) + 1
    return kinds


def _betrayed(
    groups: Mapping[Name, Collection[int]],
    kinds: Mapping[frozenset[Name], int],
    hidden: Collection[Name],
) -> Name | None:
    """A hidden group, or one of fewer than five, that what is shown gives away."""
    order = list(kinds)
    known = _reduced(
        [[1] * len(order), *(_row(name, order) for name in groups if name not in hidden)]
    )
    for name in sorted(hidden, key=str):
        if groups[name] and (_lone(groups, hidden, name[0]) or _follows(_row(name, order), known)):
            return name
    few = (names for names, number in kinds.items() if number < FEWEST)
    return next((min(names) for names in few if _follows(_unit(order, names), known)), None)


def _lone(groups: Mapping[Name, Collection[int]], hidden: Collection[Name], table: str) -> bool:
    """Whether all that one table hides is fewer than five: the total less the rest tells them."""
    own = [set(groups[name]) for name in hidden if name[0] == table]
    return len(set().union(*own)) < FEWEST


def _row(name: Name, order: Sequence[frozenset[Name]]) -> Row:
    return [int(name in names) for names in order]


def _unit(order: Sequence[frozenset[Name]], names: frozenset[Name]) -> Row:
    return [int(one == names) for one in order]


def _reduced(rows: Iterable[Row]) -> dict[int, Row]:
    """The same sums with each its own first place (Gauss), by that place."""
    known: dict[int, Row] = {}
    for row in rows:
        left = _less(row, known)
        place = next((n for n, value in enumerate(left) if value), None)
        if place is not None:
            inverse = pow(left[place], -1, _PRIME)
            known[place] = [value * inverse % _PRIME for value in left]
    return known


def _follows(row: Row, known: Mapping[int, Row]) -> bool:
    return not any(_less(row, known))


def _less(row: Row, known: Mapping[int, Row]) -> Row:
    """What is left of a row when all that is known has been taken from it."""
    left = list(row)
    for place in sorted(known):
        factor = left[place]
        if factor:
            pairs = zip(left, known[place], strict=True)
            left = [(value - factor * other) % _PRIME for value, other in pairs]
    return left
