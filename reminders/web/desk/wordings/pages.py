"""How does a clinic put a text into its own words, and go back to ours?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.core.wording import FIXED, LANGUAGES, Key
from reminders.core.wording.speech import speech
from reminders.store.conversation import Wording
from reminders.store.queries.set_up import Proof
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.set_up.forms import NOT_YOURS
from reminders.web.desk.wordings.drafts import Draft, draft_of, drafts, own_row
from reminders.web.house import session


@bp.get("/clinic/wordings")
def wordings() -> str:
    """Show every text as it goes out; that somebody has looked is kept in the audit trail."""
    note(Proof.WORDINGS, f"clinic:{clinic().id}")
    session().commit()
    return render_template(
        "desk/wordings.html",
        place="clinic",
        drafts=drafts(),
        fixed=[(key, [speech(lang).sms[key] for lang in LANGUAGES]) for key in _fixed()],
        opening=words.opening,
    )


@bp.get("/clinic/wordings/<wording>/<lang>")
def wording(wording: str, lang: str) -> str:
    """Show one, to be put otherwise."""
    return _page(draft_of(wording, lang))


@bp.post("/clinic/wordings/<wording>/<lang>")
def set_wording(wording: str, lang: str) -> str | tuple[str, int] | Response:
    """Show how it would go out, keep it, or go back to our words."""
    draft = draft_of(wording, lang)
    if not may_set_up():
        return done(NOT_YOURS, ".wordings")
    if request.form.get("do") == "ours":
        return _keep(draft.typed(draft.ours))
    draft = draft.typed(request.form.get("text", "").strip())
    if request.form.get("do") == "look":
        return _page(draft)
    return (_page(draft), 422) if draft.faults else _keep(draft)


def _keep(draft: Draft) -> Response:
    """Keep what differs from our words, and only that: ours may still get better."""
    row = own_row(draft.key, draft.lang)
    if draft.text == draft.ours:
        if row is not None:
            session().delete(row)
    elif row is not None:
        row.text = draft.text
    else:
        mine = {"key": draft.key, "language": draft.lang, "text": draft.text}
        session().add(Wording(clinic_id=clinic().id, **mine))
    note("wording.change", f"clinic:{clinic().id}")
    return done(f"Kept: {draft.title}, {draft.language}.", ".wordings")


def _fixed() -> list[Key]:
    return [key for key in Key if key in FIXED and not key.startswith("staff_")]


def _page(draft: Draft) -> str:
    return render_template(
        "desk/wording.html",
        place="clinic",
        draft=draft,
        may_change=may_set_up(),
    )
