"""Can anybody be told from the figures that are shown, or from what is left between them?"""

from collections.abc import Mapping

import pytest

from reminders.core.disclosure import Name, may_total, shown

PLACE, BY = "place", "therapist"


def people(count: int, first: int = 0) -> set[int]:
    return set(range(first, first + count))


def names(groups: Mapping[Name, set[int]]) -> set[Name]:
    return set(shown(groups))


def test_large_groups_are_all_shown() -> None:
    groups = {(PLACE, 1): people(5), (PLACE, 2): people(20, 100)}

    assert names(groups) == set(groups)


def test_a_small_group_takes_the_next_one_along_or_the_total_would_tell_it() -> None:
    groups = {
        (PLACE, 1): people(4),
        (PLACE, 2): people(6, 100),
        (PLACE, 3): people(30, 200),
    }

    assert names(groups) == {(PLACE, 3)}


def test_two_small_groups_that_are_five_together_hide_each_other() -> None:
    groups = {
        (PLACE, 1): people(2),
        (PLACE, 2): people(3, 100),
        (PLACE, 3): people(30, 200),
    }

    assert names(groups) == {(PLACE, 3)}


def test_two_small_groups_that_are_four_together_take_a_third_along() -> None:
    groups = {
        (PLACE, 1): people(2),
        (PLACE, 2): people(2, 100),
        (PLACE, 3): people(30, 200),
        (PLACE, 4): people(40, 300),
    }

    assert names(groups) == {(PLACE, 4)}


def test_a_hidden_group_is_not_told_by_another_table() -> None:
    """All but three at the first place are Lena's: the place less Lena would be Sam's three."""
    lena, sam, tom = people(20), people(3, 100), people(30, 200)
    groups = {
        (PLACE, 1): lena | sam,
        (PLACE, 2): tom,
        (BY, 1): lena,
        (BY, 2): sam,
        (BY, 3): tom,
    }

    open_ones = names(groups)

    assert (BY, 2) not in open_ones
    assert not {(PLACE, 1), (BY, 1)} <= open_ones


def test_a_few_between_two_shown_groups_are_not_told_by_their_difference() -> None:
    """Nobody's group is small, but of the first place all but two are Lena's."""
    here, there = people(20), people(20, 100)
    two = people(2, 200)
    groups = {
        (PLACE, 1): here | two,
        (PLACE, 2): there,
        (BY, 1): here,
        (BY, 2): there | two,
    }

    assert not {(PLACE, 1), (BY, 1)} <= names(groups)


@pytest.mark.parametrize(("count", "told"), [(4, False), (5, True)])
def test_everybody_together_are_told_from_five_on(count: int, told: bool) -> None:
    groups: dict[Name, set[int]] = {(PLACE, 1): people(count)}

    assert may_total(groups) is told
    assert bool(names(groups)) is told


def test_of_nobody_nothing_is_told() -> None:
    assert names({}) == set()
    assert not may_total({})


def test_groups_without_anybody_hide_nobody() -> None:
    groups: dict[Name, set[int]] = {(PLACE, 1): people(9), (PLACE, 2): set()}

    assert names(groups) == {(PLACE, 1)}
