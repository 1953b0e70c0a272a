"""How is a way in made for a patient, one alone or many at once?"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reminders.store.conversation import Link, Purpose, hash_token, link_token
from reminders.store.people import Medium


@dataclass(frozen=True)
class LinkDraft:
    """A way in that is not stored yet: the token for the letter, and what the row will hold."""

    token: str = field(repr=False)
    columns: Mapping[str, Any] = field(repr=False)


def draft_link(
    clinic_id: int,
    patient_id: int,
    purpose: Purpose,
    medium: Medium,
    *,
    secret: str,
    now: datetime,
    expires_at: datetime,
    occurrence_ids: tuple[int, ...] = (),
) -> LinkDraft:
    """Make a way in for a patient, under a random key of its own."""
    key = secrets.token_hex(20)
    token = link_token(secret, purpose, key)
    columns = {
        "clinic_id": clinic_id,
        "patient_id": patient_id,
        "purpose": purpose,
        "key": key,
        "token_hash": hash_token(token),
        "made_at": now,
        "expires_at": expires_at,
        "occurrence_ids": list(occurrence_ids),
        "medium": medium,
    }
    return LinkDraft(token, columns)


def new_link(
    clinic_id: int,
    patient_id: int,
    purpose: Purpose,
    medium: Medium,
    *,
    secret: str,
    now: datetime,
    expires_at: datetime,
    occurrence_ids: tuple[int, ...] = (),
) -> Link:
    """The row of a way in, to be kept by the caller's session."""
    draft = draft_link(
        clinic_id,
        patient_id,
        purpose,
        medium,
        secret=secret,
        now=now,
        expires_at=expires_at,
        occurrence_ids=occurrence_ids,
    )
    return Link(**draft.columns)
