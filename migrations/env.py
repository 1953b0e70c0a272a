"""Run migrations on the connection that reminders.store.migrate hands over."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from reminders.store.models import Base


def plain_type(kind: str, item: object, _: AutogenContext) -> str | bool:
    """Write columns down by what the database holds: a migration never imports our types."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}" if not callable(item.impl) else f"sa.{item.impl.__name__}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
