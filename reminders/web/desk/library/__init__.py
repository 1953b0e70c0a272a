"""What can be prescribed here: the built-in exercises, and those the clinic writes itself?"""

from reminders.web.desk.library import carrying, pages, writing

# These doors take a photo or a whole library; everything else is held to a form's size.
UPLOADS = {
    "desk.add_exercise": 64 * 1024 * 1024,
    "desk.change_exercise": 64 * 1024 * 1024,
    "desk.take_library": 8 * 1024 * 1024,
}

__all__ = ["UPLOADS", "carrying", "pages", "writing"]
