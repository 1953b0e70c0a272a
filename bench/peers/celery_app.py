"""How does Celery send? `celery -A bench.peers.celery_app worker`"""

from celery import Celery

from bench.peers import body
from bench.peers.surroundings import ACKS_LATE, GIVEN_UP_SECONDS, REDIS

app = Celery("peer", broker=REDIS)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
if ACKS_LATE:
    # As its guide tells for tasks that must not be lost.
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={"visibility_timeout": GIVEN_UP_SECONDS},
    )


@app.task
def send(message_id: int) -> None:
    body.send(message_id)
