"""What is a question asked with that is put together once?

To build a statement anew for every page costs as much as its answer: those of the desk are built
once, with these in place of values.
"""

from typing import Final

import sqlalchemy as sa

from reminders.store.db import UTCDateTime

ID: Final = sa.BigInteger()
CLINIC: Final = sa.bindparam("clinic", type_=ID)
PATIENT: Final = sa.bindparam("patient", type_=ID)
WHOSE: Final = sa.bindparam("whose", expanding=True, type_=ID)
IDS: Final = sa.bindparam("ids", expanding=True, type_=ID)
NOW: Final = sa.bindparam("now", type_=UTCDateTime())
SINCE: Final = sa.bindparam("since", type_=sa.Date())
LIMIT: Final = sa.bindparam("limit", type_=sa.Integer())
