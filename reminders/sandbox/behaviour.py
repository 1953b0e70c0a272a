"""How does the sandbox misbehave just now?"""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class Create(StrEnum):
    """What becomes of a request to send."""

    NORMAL = "normal"
    BUSY = "busy"
    BROKEN = "broken"
    ACCEPTED_THEN_500 = "accepted_then_500"
    ACCEPTED_THEN_DROP = "accepted_then_drop"
    ACCEPTED_THEN_HANG = "accepted_then_hang"


class Receipts(StrEnum):
    """How the news of a text travels back."""

    NORMAL = "normal"
    LATE = "late"
    MISSING = "missing"
    REPEATED = "repeated"
    SHUFFLED = "shuffled"
    EARLY = "early"


class MailFault(StrEnum):
    """What becomes of a letter handed in by SMTP."""

    NORMAL = "normal"
    BUSY = "busy"
    ACCEPTED_THEN_DROP = "accepted_then_drop"


class Asking(StrEnum):
    """What becomes of a question: for a list, for one text, for a number."""

    NORMAL = "normal"
    BUSY = "busy"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One way to behave: for the next `times` texts or letters, or (0) until told otherwise.

    A text is accepted when its request arrives; `latency_ms` and up to `jitter_ms` more pass
    before the reply. `list_lag_seconds` is how long an accepted text stays out of the list.
    Shuffled receipts arrive last first; early ones before the reply to the request.
    """

    create: Create = Create.NORMAL
    receipts: Receipts = Receipts.NORMAL
    mail: MailFault = MailFault.NORMAL
    asking: Asking = Asking.NORMAL
    latency_ms: int = 0
    jitter_ms: int = 0
    hang_seconds: float = 30.0
    late_seconds: float = 5.0
    list_ms: int = 0
    list_lag_seconds: float = 0.0
    times: int = 0

    def __post_init__(self) -> None:
        """Refuse a time that runs backwards, by its name."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int | float) and not value >= 0:
                raise ValueError(f"{each.name} must not be negative")

    @property
    def delay_seconds(self) -> float:
        """How long this reply waits."""
        if not self.jitter_ms:
            return self.latency_ms / 1000
        return (self.latency_ms + random.random() * self.jitter_ms) / 1000  # noqa: S311 not secret


_WELL = Behaviour()


def behaviour_from(wanted: Mapping[str, object]) -> Behaviour:
    """Read a behaviour from JSON, naming the field that is wrong."""
    kinds = {each.name: type(getattr(_WELL, each.name)) for each in fields(Behaviour)}
    values: dict[str, object] = {}
    for name, value in wanted.items():
        if name not in kinds:
            raise ValueError(f"unknown field {name!r}")
        try:
            values[name] = kinds[name](value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} cannot be {value!r}") from error
    return Behaviour(**values)  # type: ignore[arg-type]  # each was made by its field's own type


class Mood:
    """The behaviour of the moment: those with a count in the order they came, then the standing.

    A counted behaviour with a mail fault waits for letters, any other for texts, so that neither
    is used up by the other kind.
    """

    def __init__(self) -> None:
        """Begin well behaved."""
        self.clear()

    def clear(self) -> None:
        """Behave well again."""
        self._standing = _WELL
        self._texts: deque[Behaviour] = deque()
        self._letters: deque[Behaviour] = deque()

    def change(self, behaviour: Behaviour) -> None:
        """Queue a counted behaviour; one without a count replaces everything."""
        if not behaviour.times:
            self.clear()
            self._standing = behaviour
            return
        queue = self._texts if behaviour.mail is MailFault.NORMAL else self._letters
        queue.extend([behaviour] * behaviour.times)

    @property
    def current(self) -> Behaviour:
        """How the next text will be treated."""
        return self._texts[0] if self._texts else self._standing

    def take_text(self) -> Behaviour:
        """Treat one text: a counted behaviour is used up by it."""
        return self._texts.popleft() if self._texts else self._standing

    def take_letter(self) -> Behaviour:
        """Treat one letter likewise."""
        return self._letters.popleft() if self._letters else self._standing
