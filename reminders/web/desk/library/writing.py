"""How does a clinic write an exercise of its own, or change one?"""

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from reminders.core.exercises.photo import NotAPhoto, shrink
from reminders.core.exercises.sheet import Sheet
from reminders.store.exercises import Exercise, ExercisePhoto, keep_photo, write_own
from reminders.store.queries.library import shelved
from reminders.web.desk.access import May, bp, clinic, done, need, note, own
from reminders.web.desk.library.forms import ExerciseForm
from reminders.web.desk.library.pages import own_row
from reminders.web.house import now, session
from reminders.web.ids import row_id


@bp.get("/library/new")
def new_exercise() -> str:
    """Show an empty form, or one filled with the exercise to be copied."""
    key = request.args.get("from", "")
    one = shelved(session(), clinic().id, key) if key else None
    if key and one is None:
        abort(404)
    form = ExerciseForm.of(one.sheet, drawn_as=one.drawing) if one is not None else ExerciseForm()
    return _page(form, None)


@bp.post("/library/new")
def add_exercise() -> tuple[str, int] | Response:
    """Put it on the clinic's shelf, or show what must be put right."""
    need(May.PLAN)
    form = ExerciseForm(request.form)
    sheet = _read(form)
    if sheet is None:
        return _page(form, None), 422
    row = write_own(session(), clinic().id, sheet, drawn_as=_drawing(form))
    row.photo_id = _photo_id(form)
    note("exercise.write", f"exercise:{row.id}")
    return done("It is in the library now.", ".exercise", key=row.key)


@bp.get("/library/<key>/change")
def exercise_form(key: str) -> str:
    """Show one of the clinic's own, ready to be changed."""
    row = own_row(key)
    assert row.sheet is not None
    return _page(ExerciseForm.of(row.sheet, photo_id=row.photo_id or ""), row)


@bp.post("/library/<key>/change")
def change_exercise(key: str) -> tuple[str, int] | Response:
    """Change its words; whoever has it in a plan reads the new ones."""
    row, form = own_row(key), ExerciseForm(request.form)
    need(May.PLAN)
    sheet = _read(form)
    if sheet is None:
        return _page(form, row), 422
    row.rewrite(sheet)
    row.photo_id = None if form.no_photo.data else _photo_id(form)
    note("exercise.write", f"exercise:{row.id}")
    return done("Changed.", ".exercise", key=row.key)


def _read(form: ExerciseForm) -> Sheet | None:
    """The sheet that was typed; its photo is kept at once, so that no other fault can lose it."""
    trouble = _take_photo(form)
    sheet = form.sheet()
    if trouble:
        form.photo_id.errors = [trouble]
        return None
    if sheet is None:
        session().commit()
    return sheet


def _take_photo(form: ExerciseForm) -> str:
    """Keep the photo that came along, if any; returns what is wrong with it."""
    upload = request.files.get("photo")
    if upload is None or not upload.filename:
        return ""
    try:
        photo = shrink(upload.read())
    except NotAPhoto as fault:
        return str(fault)
    form.photo_id.data = str(keep_photo(session(), clinic().id, photo, now()))
    return ""


def _photo_id(form: ExerciseForm) -> int | None:
    """The photo kept for this form, if it is one of this clinic's."""
    typed = form.photo_id.data or ""
    try:
        return own(ExercisePhoto, row_id(typed)).id
    except ValueError:
        return None


def _drawing(form: ExerciseForm) -> str:
    copied = shelved(session(), clinic().id, form.drawn_as.data or "")
    return copied.drawing if copied is not None else ""


def _page(form: ExerciseForm, row: Exercise | None) -> str:
    photo_id = _photo_id(form)
    return render_template(
        "desk/library/form.html",
        place="library",
        form=form,
        row=row,
        photo=session().get(ExercisePhoto, photo_id) if photo_id is not None else None,
    )
