"""Who else reads what is sent to a patient?"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from reminders.store.people import Care, Patient


def shared_by_others() -> sa.ColumnElement[bool]:
    """Whether the phone or mailbox of the patient in the query is another patient's too."""
    other = aliased(Patient)
    return (
        sa.exists()
        .where(
            other.clinic_id == Patient.clinic_id,
            other.id != Patient.id,
            other.state != Care.DISCHARGED,
            sa.or_(
                other.phone_index == Patient.phone_index, other.email_index == Patient.email_index
            ),
        )
        .correlate(Patient)
    )
