"""A patient on their own pages, past the second step or before it."""

import re
from dataclasses import dataclass

from patient_story import Story
from werkzeug.test import TestResponse

from reminders.store.people import Patient

YEAR = "1957"


@dataclass(frozen=True)
class OwnPages:
    """The pages behind one link, in one browser."""

    story: Story

    def get(self, place: str) -> TestResponse:
        return self.story.client.get(f"{self.story.path}/{place}")

    def press(self, place: str, page: str, **fields: str) -> TestResponse:
        """Send a form of a page, with the token the page gave out."""
        shown = self.get(page).text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', shown)[0]
        data = {"csrf_token": token} | fields
        return self.story.client.post(f"{self.story.path}/{place}", data=data)

    def answer(self, said: str, place: str = "week") -> TestResponse:
        """Answer the question of the second step."""
        return self.press(f"check/{place}", place, answer=said)

    def come_in(self) -> "OwnPages":
        assert self.answer(YEAR).status_code == 303
        return self

    def wish(self, topic: str, **fields: str) -> TestResponse:
        """Change one thing of the reminders."""
        return self.press(f"reminders/{topic}", "reminders", **fields)

    def patient(self) -> Patient:
        return self.story.patient()
