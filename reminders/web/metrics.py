"""How does the service run, in numbers for a monitor?

The figures are read from the database when asked for: every web says the same of every clock. They
count; no clinic, person or number is named.
"""

import hmac
from collections.abc import Iterable

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from reminders.store.audit import last_beat
from reminders.store.db import db_now
from reminders.store.queries.sweeps import job_events, messages_today, standing_holds, sweeps
from reminders.web.house import house, now

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics() -> Response:
    """Tell a monitor that knows the token."""
    if not _knows_the_token():
        abort(403)
    registry = CollectorRegistry(auto_describe=False)
    with house().sessions() as session:  # of all clinics together
        registry.register(_Figures(session))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _knows_the_token() -> bool:
    token = house().settings.metrics_token.get_secret_value()
    said = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(said.encode(), f"Bearer {token}".encode())


class _Figures(Collector):
    """Everything that is told, in one reading."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collect(self) -> Iterable[Metric]:
        yield from self._sweeps()
        yield from self._clocks()
        yield self._messages()
        yield self._jobs()
        holds = standing_holds(self._session)
        yield GaugeMetricFamily("reminders_holds", "Stops that nobody has released", holds)

    def _sweeps(self) -> Iterable[Metric]:
        lying = GaugeMetricFamily(
            "reminders_lying", "How many lie longer than they should", labels=["what"]
        )
        oldest = GaugeMetricFamily(
            "reminders_lying_oldest_seconds", "How long the oldest has lain", labels=["what"]
        )
        for sweep in sweeps(self._session, now(), db_now(self._session)):
            lying.add_metric([sweep.name], sweep.count)
            oldest.add_metric([sweep.name], sweep.oldest_seconds)
        yield lying
        yield oldest

    def _clocks(self) -> Iterable[Metric]:
        beat, time = last_beat(self._session), db_now(self._session)
        if beat is not None:
            age = (time - beat).total_seconds()
            yield GaugeMetricFamily(
                "reminders_heartbeat_age_seconds", "Since any clock last ticked", age
            )
        skew = (now() - time).total_seconds()
        yield GaugeMetricFamily(
            "reminders_clock_skew_seconds", "The web's clock less the database's", skew
        )

    def _messages(self) -> Metric:
        family = GaugeMetricFamily(
            "reminders_messages", "Messages of the last 24 hours", labels=["kind", "state"]
        )
        for kind, state, count in messages_today(self._session, now()):
            family.add_metric([kind.value, state.value], count)
        return family

    def _jobs(self) -> Metric:
        family = CounterMetricFamily(
            "reminders_job_events", "What went wrong with jobs", labels=["job", "event"]
        )
        for job, event, times in job_events(self._session):
            family.add_metric([job, event], times)
        return family
