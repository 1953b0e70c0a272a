"""What does a peer keep of a message? One row, which says whether it was sent.

Read by the benches too, so it needs SQLAlchemy alone.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

MESSAGES = sa.Table(
    "peer_message",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("phone", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("provider_id", sa.String(40)),
    sa.Column("sent_at", sa.DateTime(timezone=True)),
)
AREA = 207
TEXT = "Your exercises for today: https://pt.example.org/x/{}. Reply STOP to end."
DUE = (
    sa.select(MESSAGES.c.id)
    .where(MESSAGES.c.state == "due", MESSAGES.c.due_at <= sa.bindparam("now"))
    .order_by(MESSAGES.c.id)
)
UNSENT = sa.select(MESSAGES.c.phone, MESSAGES.c.text).where(
    MESSAGES.c.id == sa.bindparam("row"), MESSAGES.c.state == "due"
)
MARK_SENT = (
    sa.update(MESSAGES)
    .where(MESSAGES.c.id == sa.bindparam("row"))
    .values(state="sent", provider_id=sa.bindparam("sid"), sent_at=sa.bindparam("now"))
)


def create(engine: sa.Engine) -> None:
    """Make the table, in an empty database."""
    MESSAGES.create(engine)


def fill(engine: sa.Engine, size: int, due_at: datetime, *, area: int = AREA) -> list[str]:
    """Write so many messages that are due then; returns their numbers."""
    rows = [
        {
            "phone": f"+1{area}{place:07d}", "text": TEXT.format(place), "due_at": due_at,
            "state": "due",
        }
        for place in range(size)
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(sa.insert(MESSAGES), rows)
    return [str(row["phone"]) for row in rows]


def due(engine: sa.Engine) -> int:
    """How many rows do not say yet that they were sent."""
    with engine.connect() as connection:
        count = sa.select(sa.func.count()).where(MESSAGES.c.state == "due")
        return connection.scalar(count) or 0


def now() -> datetime:
    return datetime.now(UTC)
