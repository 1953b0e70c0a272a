"""Does a change in what was noted come to light?"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic

from reminders.store.audit import AuditEvent, audit
from reminders.store.db import Sessions
from reminders.store.sealing import Verdict, seal_new, verify


@pytest.fixture
def noted(sessions: Sessions) -> Sessions:
    """Two clinics, each with six lines, sealed in two rounds."""
    with sessions.begin() as session:
        clinics = [a_clinic(session).id, a_clinic(session, "+12075550199", "b@example.org").id]
    for first in (0, 3):
        with sessions.begin() as session:
            for clinic in clinics:
                for number in range(first, first + 3):
                    audit(
                        session,
                        clinic,
                        actor=f"staff:{number}",
                        action="patient.read",
                        subject="patient:1",
                        now=NOW + timedelta(seconds=number),
                    )
        seal_new(sessions)
    return sessions


def verdicts(sessions: Sessions) -> list[Verdict]:
    with sessions() as session:
        return list(verify(session))


def test_an_untouched_chain_is_whole_for_each_clinic(noted: Sessions) -> None:
    one, two = verdicts(noted)

    assert (one.sealed, one.waiting, one.broken_at) == (6, 0, None)
    assert (two.sealed, two.waiting, two.broken_at) == (6, 0, None)
    assert one.newest != two.newest


def test_what_was_noted_a_moment_ago_waits_for_its_seal(noted: Sessions) -> None:
    with noted.begin() as session:
        audit(session, 1, actor="staff:9", action="x", subject="", now=NOW)

    assert [(one.sealed, one.waiting) for one in verdicts(noted)] == [(6, 1), (6, 0)]
    assert seal_new(noted) == 1
    assert seal_new(noted) == 0


Harm = Callable[[sa.ColumnElement[bool]], sa.Executable]


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda at: sa.update(AuditEvent).where(at).values(actor="staff:7"), id="who"),
        pytest.param(lambda at: sa.update(AuditEvent).where(at).values(action="y"), id="what"),
        pytest.param(lambda at: sa.update(AuditEvent).where(at).values(subject="p"), id="whom"),
        pytest.param(
            lambda at: sa.update(AuditEvent).where(at).values(at=NOW - timedelta(days=1)), id="when"
        ),
        pytest.param(lambda at: sa.update(AuditEvent).where(at).values(origin="::1"), id="whence"),
        pytest.param(lambda at: sa.delete(AuditEvent).where(at), id="taken out"),
        pytest.param(
            lambda at: sa.update(AuditEvent).where(at).values(seal=None, place=None), id="unsealed"
        ),
        pytest.param(
            lambda at: sa.update(AuditEvent).where(at).values(seal=b"s" * 32), id="forged"
        ),
    ],
)
def test_whatever_is_changed_is_found_where_it_was(noted: Sessions, harm: Harm) -> None:
    with noted.begin() as session:
        session.execute(harm(sa.and_(AuditEvent.clinic_id == 1, AuditEvent.place == 4)))

    one, two = verdicts(noted)

    assert (one.sealed, one.broken_at) == (3, 4)
    assert two.whole


def test_two_lines_that_change_places_are_found(noted: Sessions) -> None:
    with noted.begin() as session:
        rows = session.scalars(
            sa.select(AuditEvent).where(AuditEvent.clinic_id == 1).order_by(AuditEvent.place)
        ).all()
        rows[1].actor, rows[2].actor = rows[2].actor, rows[1].actor

    assert verdicts(noted)[0].broken_at == 2
