"""Does PostgreSQL keep the clinics apart when every query forgets to?"""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from a_row_each import OF_CLINICS, TABLES, a_row_each
from builders import a_clinic, a_patient
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from reminders.store import wall
from reminders.store.audit import audit
from reminders.store.db import Sessions, make_sessions
from reminders.store.people import Clinic, Location, Patient
from reminders.store.wall import RIGHTS, Wall, behind, let_in

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)

ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
WALLED = [table for table in TABLES if table in OF_CLINICS or table.name == "clinic"]
WHERE_IT_STANDS = sa.text("SELECT current_user, current_setting('reminders.clinic', true)")
STANDING = Wall()


def rights(table: sa.Table) -> set[str]:
    return set(RIGHTS[table.name].split(", ")) if table.name in RIGHTS else ALL


@pytest.fixture
def clinics(engine: sa.Engine) -> tuple[int, int]:
    """Two clinics with a row of every kind."""
    with engine.begin() as connection:
        return a_row_each(connection, "maple"), a_row_each(connection, "cedar")


@pytest.fixture
def maple(sessions: Sessions, clinics: tuple[int, int]) -> Iterator[Session]:
    """A session that was let in to the first of them."""
    with behind(STANDING, sessions) as session:
        let_in(session, clinics[0])
        yield session


# Every table has its place


def test_every_table_is_behind_the_wall_or_known_to_be_of_no_clinic(engine: sa.Engine) -> None:
    held = "SELECT relname FROM pg_class WHERE relrowsecurity"
    policies = "SELECT tablename, permissive, cmd, roles::text[], qual, with_check FROM pg_policies"
    with engine.connect() as connection:
        closed = set(connection.scalars(sa.text(held)))
        told = {row.tablename: tuple(row[1:]) for row in connection.execute(sa.text(policies))}

    assert closed == set(told) == {table.name for table in WALLED}
    assert {table.name for table in TABLES} - closed <= set(RIGHTS)
    assert set(RIGHTS) <= {table.name for table in TABLES}
    for name, (kind, command, roles, condition, check) in told.items():
        assert (kind, command, roles, check) == ("PERMISSIVE", "ALL", ["public"], None), name
        column = "id" if name == "clinic" else "clinic_id"
        assert condition.startswith(f"({column} = (NULLIF(current_setting('reminders.clinic'"), name


def test_a_request_may_do_with_a_table_what_is_said_of_it_and_nothing_else(
    engine: sa.Engine,
) -> None:
    asked = sa.text("SELECT has_table_privilege(:role, :table, :right)")
    every = (*ALL, "TRUNCATE", "REFERENCES", "TRIGGER")
    with engine.connect() as connection:
        role = Wall().role(connection)
        may = {
            table.name: {
                one
                for one in every
                if connection.scalar(asked, {"role": role, "table": table.name, "right": one})
            }
            for table in TABLES
        }
        versions = {"role": role, "table": "alembic_version", "right": "SELECT"}
        assert connection.scalar(asked, versions) is False

    assert may == {table.name: rights(table) for table in TABLES}


def test_the_role_can_neither_sign_in_nor_pass_the_wall(engine: sa.Engine) -> None:
    told = "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
    with engine.connect() as connection:
        asked = sa.text(f"{told} WHERE rolname = :role")
        row = connection.execute(asked, {"role": Wall().role(connection)}).one()

    assert tuple(row) == (False, False, False, False)


def test_the_wall_is_built_once(engine: sa.Engine) -> None:
    heard: list[str] = []
    with engine.begin() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *told: heard.append(told[2]))
        wall.build(connection)

    assert heard
    assert [
        one for one in heard if not one.lstrip().startswith(("SELECT", "SAVEPOINT", "REL"))
    ] == []


# What is reached without any filter


def test_a_query_without_a_filter_finds_one_clinic_in_every_table(
    maple: Session, sessions: Sessions
) -> None:
    found = {table.name: count(maple, table) for table in WALLED}

    with sessions() as owners:
        assert {count(owners, table) for table in WALLED} == {2}
    assert found == {table.name: 1 for table in WALLED}
    named = {table.name: maple.scalars(sa.select(table.c.clinic_id)).all() for table in OF_CLINICS}
    assert {tuple(rows) for rows in named.values()} == {(maple.info["whose"],)}


def test_a_change_without_a_filter_touches_one_clinic_in_every_table(maple: Session) -> None:
    changed = {
        table.name: touched(maple, sa.update(table).values(id=table.c.id))
        for table in WALLED
        if "UPDATE" in rights(table)
    }

    assert changed == dict.fromkeys(changed, 1)
    assert {table.name for table in WALLED} - set(changed) == {"audit_event"}


def test_a_delete_without_a_filter_takes_the_rows_of_one_clinic(
    maple: Session, sessions: Sessions
) -> None:
    gone = {
        table.name: touched(maple, sa.delete(table))
        for table in reversed(WALLED)
        if "DELETE" in rights(table)
    }
    maple.commit()

    assert gone == dict.fromkeys(gone, 1)
    with sessions() as owners:
        assert {count(owners, table) for table in WALLED if table.name in gone} == {1}


def test_no_row_is_written_for_another_clinic(
    maple: Session, clinics: tuple[int, int], sessions: Sessions
) -> None:
    cedar = clinics[1]

    for table in OF_CLINICS:
        refused(maple, sa.insert(table).values(clinic_id=cedar), "row-level security")
        if "UPDATE" in rights(table):
            refused(maple, sa.update(table).values(clinic_id=cedar), "row-level security")


def test_the_trail_is_added_to_and_never_rewritten(maple: Session) -> None:
    trail = next(table for table in TABLES if table.name == "audit_event")

    refused(maple, sa.update(trail).values(action="nothing"), "permission denied")
    refused(maple, sa.delete(trail), "permission denied")
    refused(maple, sa.text("TRUNCATE audit_event"), "permission denied")


def test_nobody_makes_or_takes_away_a_clinic(maple: Session) -> None:
    refused(maple, sa.insert(Clinic.__table__).values(name="Elm", short_name="Elm"), "permission")
    refused(maple, sa.delete(Clinic.__table__), "permission denied")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(lambda _session: None, id="nobody asked"),
        pytest.param(lambda session: let_in(session, nobody()), id="nobody was found"),
        pytest.param(lambda session: let_in(session, 10**15), id="there is no such clinic"),
    ],
)
def test_without_a_clinic_there_is_nothing(
    clinics: tuple[int, int], sessions: Sessions, name: Callable[[Session], None]
) -> None:
    with behind(STANDING, sessions) as session:
        name(session)

        assert {table.name: count(session, table) for table in WALLED} == {
            table.name: 0 for table in WALLED
        }
        refused(session, sa.insert(Location).values(clinic_id=clinics[0], name="x"), "row-level")


def test_the_owner_passes_it_by(sessions: Sessions, clinics: tuple[int, int]) -> None:
    with sessions() as session:
        assert set(session.scalars(sa.select(Clinic.id))) == set(clinics)


# From transaction to transaction


def test_a_clinic_is_looked_for_once_and_stays(sessions: Sessions, engine: sa.Engine) -> None:
    maple, _ = two_with_a_patient(sessions)
    heard: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", listener := lambda *it: heard.append(it[2]))
    try:
        with behind(STANDING, sessions) as session:
            let_in(session, sa.select(Location.clinic_id).where(Location.clinic_id == maple))
            for _ in range(3):
                assert session.scalars(sa.select(Patient.clinic_id)).all() == [maple]
                session.commit()
    finally:
        sa.event.remove(engine, "before_cursor_execute", listener)

    raised = [one for one in heard if "set_config" in one]
    assert len(raised) == 3
    assert ["location" in one for one in raised] == [True, False, False]


def test_a_savepoint_that_is_rolled_back_takes_no_stone_away(sessions: Sessions) -> None:
    maple, _ = two_with_a_patient(sessions)

    with behind(STANDING, sessions) as session:
        let_in(session, maple)
        with session.begin_nested() as point:
            assert count(session, Patient.__table__) == 1
            point.rollback()

        assert count(session, Patient.__table__) == 1


def test_whoever_goes_on_to_another_clinic_leaves_the_first_behind(sessions: Sessions) -> None:
    maple, cedar = two_with_a_patient(sessions)

    with behind(STANDING, sessions) as session:
        let_in(session, maple)
        ana = session.scalars(sa.select(Patient)).one()
        ana.first_name = "Anna"
        let_in(session, sa.select(Clinic.id).where(Clinic.id == cedar))

        assert session.scalars(sa.select(Patient.clinic_id)).all() == [cedar]
        session.commit()
        assert session.scalars(sa.select(Patient.clinic_id)).all() == [cedar]
    with sessions() as owners:
        assert {one.first_name for one in owners.scalars(sa.select(Patient))} == {"Anna", "Ana"}


@pytest.mark.parametrize("ended", ["commit", "rollback", "close", "fault"])
def test_a_connection_goes_back_to_the_pool_as_it_came(
    engine: sa.Engine, clinics: tuple[int, int], ended: str
) -> None:
    one = sa.create_engine(engine.url, pool_size=1, max_overflow=0)
    with one.connect() as connection:
        owner, process = connection.execute(sa.text("SELECT current_user, pg_backend_pid()")).one()

    session = behind(Wall(), make_sessions(one))
    let_in(session, clinics[0])
    role, clinic = session.execute(WHERE_IT_STANDS).one()
    assert role.startswith("reminders_web_")
    assert clinic == str(clinics[0])
    if ended == "fault":
        with pytest.raises(ProgrammingError):
            session.execute(sa.text("TRUNCATE audit_event"))
    getattr(session, "close" if ended == "fault" else ended)()

    with one.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) == process
        assert tuple(connection.execute(WHERE_IT_STANDS).one()) == (owner, "")
    session.close()
    one.dispose()


def test_what_is_noted_in_a_transaction_is_noted_behind_the_wall(sessions: Sessions) -> None:
    maple, cedar = two_with_a_patient(sessions)
    line = {"actor": "staff:1", "action": "view", "subject": "patient:1"}

    with behind(STANDING, sessions) as session:
        let_in(session, maple)
        ana = session.scalars(sa.select(Patient)).one()
        audit(session, maple, **line, now=ana.created_at)
        session.commit()
        audit(session, cedar, **line, now=ana.created_at)
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.commit()


def count(session: Session, table: sa.FromClause) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def touched(session: Session, change: sa.Update | sa.Delete) -> int:
    return int(session.connection().execute(change).rowcount)


def refused(session: Session, change: sa.Executable, why: str) -> None:
    with session.begin_nested() as point:
        with pytest.raises(ProgrammingError, match=why):
            session.connection().execute(change)
        point.rollback()


def nobody() -> sa.Select[tuple[int]]:
    return sa.select(Clinic.id).where(Clinic.short_name == "no such clinic")


def two_with_a_patient(sessions: Sessions) -> tuple[int, int]:
    with sessions.begin() as session:
        pair = a_clinic(session), a_clinic(session, "+12075550101", "care@other.example")
        for clinic in pair:
            a_patient(session, clinic)
        return pair[0].id, pair[1].id
