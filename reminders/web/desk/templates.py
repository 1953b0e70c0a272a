"""Which programmes does the clinic keep to start from?"""

from dataclasses import replace

from flask import abort, render_template
from werkzeug.wrappers import Response

from reminders.core.programme import built_in
from reminders.store.templates import Template, save_template, templates_for
from reminders.web.desk.access import May, bp, clinic, done, need, note, own, staff
from reminders.web.desk.draft import Draft, programme
from reminders.web.house import session

LONGEST_NAME = 60
PERSONAL = "me"


@bp.get("/templates")
def templates() -> str:
    """Show the built-in templates with their reasons, the clinic's and one's own."""
    return render_template(
        "desk/templates.html",
        place="library",
        built_in=built_in().values(),
        kept=templates_for(session(), clinic().id, staff().id),
    )


@bp.get("/templates/<int:template_id>/remove")
def remove_template(template_id: int) -> str:
    """Ask before a template is removed."""
    return render_template(
        "desk/template_remove.html", place="library", template=_open(template_id)
    )


@bp.post("/templates/<int:template_id>/remove")
def removed_template(template_id: int) -> Response:
    """Keep it no longer; plans that began with it stay as they are."""
    template = _open(template_id)
    need(May.PLAN)
    session().delete(template)
    note("template.remove", f"template:{template_id}")
    return done("The template is removed.", ".templates")


def _open(template_id: int) -> Template:
    template = own(Template, template_id)
    return template if template.open_to(staff().id) else abort(404)


def kept_as_template(draft: Draft) -> tuple[Draft, str]:
    """Keep a sound draft under its name, and say so; else say what is missing."""
    name = " ".join(draft.template.split())
    if not name or len(name) > LONGEST_NAME:
        wrong = {"template": f"A name of 1 to {LONGEST_NAME} letters, please."}
        return replace(draft, about={**draft.about, **wrong}), ""
    if not draft.sound:
        return draft, ""
    owner = staff().id if draft.template_for == PERSONAL else None
    template = save_template(session(), clinic().id, name, programme(draft), owner_id=owner)
    session().flush()
    note("template.save", f"template:{template.id}")
    session().commit()
    return replace(draft, template=""), f"“{name}” is kept as a template."
