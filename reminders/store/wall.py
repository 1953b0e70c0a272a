"""Which rows can a request reach at all, whatever its queries forgot to say? PostgreSQL answers.

Every table of the clinics has one policy: the rows of the clinic that the transaction names, and
none where it names none. Only the owner of the tables passes it by: the clock, the command line,
and a request for as long as one statement needs to find out whose it is. All else is done as a
role that owns nothing, may not sign in and holds for this transaction alone.

The role is the database's own, by its number: roles are known to a whole server, and whoever may
become one that installations share would see through the walls of all of them. It outlives its
database, without any right; DROP ROLE takes it away. On SQLite there is no such wall.
"""

from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

Whose = int | sa.Select[tuple[int]]

POLICY: Final = "own_clinic"
# Tables of no clinic, and those a request may not do everything with. A table that neither has a
# clinic_id nor stands here is out of reach. What a table allows is built once: another answer
# here needs a migration that drops the table's policy and rights.
RIGHTS: Final = {
    "clinic": "SELECT, UPDATE",
    "audit_event": "SELECT, INSERT",  # append-only; the clock seals
    "guess": "SELECT, INSERT, UPDATE, DELETE",  # counted before anybody is known
    "heartbeat": "SELECT",
    "job_event": "SELECT",
}
_ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
_CLINIC: Final = "nullif(current_setting('reminders.clinic', true), '')::bigint"

_WALL, _WHOSE = "wall", "whose"
# Before PostgreSQL 16 every member of a role may become it.
_ROLE: Final = sa.text("""
    SELECT n.name, quote_ident(session_user) AS member, r.oid IS NOT NULL AS made,
           CASE WHEN current_setting('server_version_num')::int >= 160000
                THEN pg_has_role(session_user, r.oid, 'SET')
                ELSE pg_has_role(session_user, r.oid, 'MEMBER') END AS ours,
           has_table_privilege(r.oid, to_regclass('clinic'), 'SELECT') AS opened
    FROM (
        SELECT 'reminders_web_' || oid AS name FROM pg_database WHERE datname = current_database()
    ) n
    LEFT JOIN pg_roles r ON r.rolname = n.name
""")
_TABLES: Final = sa.text("""
    SELECT c.relname AS name, a.attnum IS NOT NULL AS of_a_clinic,
           c.relrowsecurity AND EXISTS (
               SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = :policy
           ) AS walled
    FROM pg_class c
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic_id'
         AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    ORDER BY c.relname
""")
_OPENED: Final = sa.text("SELECT has_table_privilege(:role, to_regclass(:name), 'SELECT')")
_OPEN: Final = sa.text("SELECT set_config('role', 'none', true)")

log = structlog.get_logger(__name__)


class Wall:
    """The wall of one database, relied upon from the moment it is found standing."""

    def __init__(self) -> None:
        self._role: str | None = None
        self._missed = False

    def role(self, connection: sa.Connection) -> str | None:
        """Whom a request acts as; None where there is nobody but the owner."""
        if self._role is None and connection.dialect.name == "postgresql":
            self._role = _standing(connection)
            self._tell()
        return self._role

    def _tell(self) -> None:
        if self._role is None and not self._missed:
            self._missed = True
            log.warning("no_row_level_security", told_by="reminders migrate")


def behind(wall: Wall, sessions: sessionmaker[Session]) -> Session:
    """A session that reaches no clinic's rows until it is let in to one."""
    return sessions(info={_WALL: wall, _WHOSE: None})


def let_in(session: Session, whose: Whose) -> None:
    """From here on the session reaches the rows of this clinic, and of no other.

    A clinic that is still to be found is looked for by the owner, who learns its number alone.
    """
    session.flush()  # what is still to be written belongs to the clinic of before
    session.info[_WHOSE] = whose
    if session.in_transaction():
        connection = session.connection()
        if _role_of(session, connection) is not None:
            connection.execute(_OPEN)
            _close(session, connection)


def close(session: Session, begun: SessionTransaction, connection: sa.Connection) -> None:
    """Put a session's new transaction behind the wall, if that is where the session stands."""
    if not begun.nested:
        _close(session, connection)


def _close(session: Session, connection: sa.Connection) -> None:
    role = _role_of(session, connection)
    if role is None:
        return
    whose = session.info[_WHOSE]
    # One statement: its rights are judged before any of it is done, so the owner does the looking.
    named = sa.func.set_config("reminders.clinic", _written(whose), True)
    found = connection.scalar(sa.select(named, sa.func.set_config("role", role, True)))
    session.info[_WHOSE] = int(found) if found else None


def _written(whose: Whose | None) -> str | sa.ColumnElement[str]:
    if isinstance(whose, sa.Select):
        return sa.func.coalesce(sa.cast(whose.scalar_subquery(), sa.Text), "")
    return "" if whose is None else str(whose)


def _role_of(session: Session, connection: sa.Connection) -> str | None:
    wall: Wall | None = session.info.get(_WALL)
    return wall.role(connection) if wall is not None else None


def build(connection: sa.Connection) -> None:
    """Build what the wall lacks, after every upgrade: new tables, and all of it the first time.

    Who may not make roles gets the policies; `missing` says what an administrator has to do.
    """
    if connection.dialect.name != "postgresql":
        return
    tables = connection.execute(_TABLES, {"policy": POLICY}).all()
    for table in tables:
        if (table.of_a_clinic or table.name == "clinic") and not table.walled:
            _enclose(connection, table.name)
    role = _make_role(connection)
    if role is None:
        return
    for table in tables:
        rights = RIGHTS.get(table.name, _ALL if table.of_a_clinic else "")
        known = connection.scalar(_OPENED, {"role": role, "name": table.name})
        if rights and not known:
            _grant(connection, table.name, rights, role)


def missing(connection: sa.Connection) -> str:
    """What an administrator of the database has to run for the wall to stand; empty if it does."""
    if connection.dialect.name != "postgresql" or _standing(connection) is not None:
        return ""
    role = connection.execute(_ROLE).one()
    return (
        "PostgreSQL keeps clinics apart by row-level security, too, once its administrator has run "
        f"`CREATE ROLE {role.name} NOLOGIN; GRANT {role.name} TO {role.member};` and you have run "
        "`reminders migrate`. Until then the queries alone do."
    )


def _standing(connection: sa.Connection) -> str | None:
    """The role, once it is ours to become and the tables are open to it."""
    role = connection.execute(_ROLE).one()
    return str(role.name) if role.ours and role.opened else None


def _enclose(connection: sa.Connection, table: str) -> None:
    column = "id" if table == "clinic" else "clinic_id"
    for statement in (
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS {POLICY} ON "{table}"',
        f'CREATE POLICY {POLICY} ON "{table}" USING ({column} = {_CLINIC})',
    ):
        connection.exec_driver_sql(statement)


def _make_role(connection: sa.Connection) -> str | None:
    """The role of this database, ours to become; None where we may not make it so."""
    role = connection.execute(_ROLE).one()
    try:
        with connection.begin_nested():
            if not role.made:
                connection.exec_driver_sql(f"CREATE ROLE {role.name} NOLOGIN")
            # Whoever makes a role may give it away, and does not have it by that alone.
            if not connection.execute(_ROLE).one().ours:
                connection.exec_driver_sql(f"GRANT {role.name} TO SESSION_USER")
    except ProgrammingError:  # no right to do either
        return None
    return str(role.name)


def _grant(connection: sa.Connection, table: str, rights: str, role: str) -> None:
    connection.exec_driver_sql(f'GRANT {rights} ON "{table}" TO {role}')
    counter = sa.text("SELECT pg_get_serial_sequence(:name, 'id')")
    numbers = connection.scalar(counter, {"name": f'"{table}"'})
    if numbers is not None and "INSERT" in rights:
        connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {numbers} TO {role}")
