"""Where most stories of a reply begin."""

import pytest
from builders import a_clinic, a_patient, a_plan
from story import DUE, Story

from reminders.outbox import Post
from reminders.store.db import transaction


@pytest.fixture
def story(post: Post) -> Story:
    """Ana has had her nine o'clock reminder."""
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    story = Story.begin(post)
    story.tick(DUE)
    return story
