"""How does somebody new get in? By an address that is shown once, and mailed if one likes."""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.core.wording import Key
from reminders.store.accounts import Staff
from reminders.store.founding import Taken
from reminders.store.invitations import invite as make_way_in
from reminders.store.invitations import mail_way_in
from reminders.store.staffing import take_on
from reminders.web.desk.access import May, bp, clinic, done, need, note, own
from reminders.web.desk.people.forms import InviteForm
from reminders.web.house import house, now, session


@bp.get("/clinic/people/new")
def invite() -> str:
    """Ask who it is."""
    need(May.PEOPLE)
    return _page(InviteForm(data={"by_mail": True}))


@bp.post("/clinic/people/new")
def invited() -> tuple[str, int] | str:
    """Make the account, and the one address that lets them choose a password."""
    need(May.PEOPLE)
    form = InviteForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        person = take_on(session(), clinic(), form.name.data, form.email.data, form.role.data)
    except Taken as fault:
        form.email.errors = [str(fault)]
        return _page(form), 422
    person.phone = form.phone.data
    return show_way_in(person, by_mail=bool(form.by_mail.data))


@bp.post("/clinic/people/<int:staff_id>/invite")
def invite_again(staff_id: int) -> str | Response:
    """Make another address for somebody who has not come yet, or comes back; the last one ends."""
    person = own(Staff, staff_id)
    need(May.PEOPLE)
    if person.password is not None:
        return done(f"{person.name} has a password already.", ".person", staff_id=person.id)
    person.active = True
    return show_way_in(person, by_mail=True)


def show_way_in(person: Staff, *, by_mail: bool) -> str:
    """Show it, here and never again: the page answers the form itself."""
    token = make_way_in(session(), person, now())
    mailed = by_mail and bool(house().settings.smtp_host)
    written = mail_way_in(session(), person, Key.STAFF_INVITE, token, now()) if mailed else ()
    note("staff.invite", f"staff:{person.id}")
    session().commit()
    house().courier.take(written)
    return render_template(
        "desk/people/way_in.html",
        place="clinic",
        person=person,
        address=f"{house().settings.public_base_url}/join/{token}",
        mailed=mailed,
    )


def _page(form: InviteForm) -> str:
    return render_template(
        "desk/people/invite.html",
        place="clinic",
        form=form,
        mail=bool(house().settings.smtp_host),
    )
