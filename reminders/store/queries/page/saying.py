"""What does the clinic say on the page to a pain level?"""

from typing import Any

import sqlalchemy as sa

from reminders.core.bands import Band
from reminders.core.wording import ADVICE, Values, advice
from reminders.store.asking import Asking, OwnBands, chosen_bands
from reminders.store.conversation import Wording
from reminders.store.queries.page.rows import Holder


def own_words() -> list[sa.Label[str]]:
    """The clinic's own words to each band, by the band's name; read beside what is due."""
    return [
        sa.select(Wording.text)
        .where(
            Wording.clinic_id == sa.bindparam("clinic_id"),
            Wording.language == sa.bindparam("language"),
            Wording.key == ADVICE[band],
        )
        .scalar_subquery()
        .label(band.value)
        for band in Band
    ]


def advice_of(row: Any, holder: Holder) -> str:
    """The words to what this row reports; nothing where the clinic chose to say nothing."""
    asking: Asking | None = row.Asking
    own: OwnBands | None = row.OwnBands
    bands = chosen_bands(asking, own) if asking is not None else None
    if bands is None or row.pain is None:
        return ""
    band = bands.of(row.pain)
    values = Values(
        clinic=holder.clinic,
        first=holder.first_name,
        phone=holder.phone,
        emergency=holder.emergency,
    )
    return advice(band, holder.language, values, getattr(row, band.value) or "")
