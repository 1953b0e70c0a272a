"""Which messages are due, and into whose queue? `python -m bench.peers.planner celery`

Says when it is ready. For each moment that it then reads, it waits until that has come, puts every
due row's id into the queue and says how many there were.
"""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from bench.peers.rows import DUE, now
from bench.peers.surroundings import DATABASE

Enqueue = Callable[[Sequence[int]], None]


def of_celery() -> Enqueue:
    from bench.peers.celery_app import app, send

    def enqueue(ids: Sequence[int]) -> None:
        with app.producer_pool.acquire(block=True) as producer:
            for one in ids:
                send.apply_async((one,), producer=producer)

    return enqueue


def of_dramatiq() -> Enqueue:
    from bench.peers.dramatiq_app import send

    def enqueue(ids: Sequence[int]) -> None:
        for one in ids:
            send.send(one)

    return enqueue


def of_procrastinate() -> Enqueue:
    from bench.peers.procrastinate_app import app, send

    app.open()
    app.schema_manager.apply_schema()

    def enqueue(ids: Sequence[int]) -> None:
        # In batches, as its guide tells; small ones, for the first to leave soon.
        for start in range(0, len(ids), AT_ONCE):
            send.batch_defer(*({"message_id": one} for one in ids[start : start + AT_ONCE]))

    return enqueue


AT_ONCE = 100
QUEUES = {"celery": of_celery, "dramatiq": of_dramatiq, "procrastinate": of_procrastinate}


def main() -> None:
    enqueue = QUEUES[sys.argv[1]]()
    engine = sa.create_engine(DATABASE)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        print("ready", flush=True)
        for moment in sys.stdin:
            wait = datetime.fromisoformat(moment.strip()) - now()
            time.sleep(max(0.0, wait.total_seconds()))
            ids = connection.scalars(DUE, {"now": now()}).all()
            enqueue(ids)
            print(len(ids), flush=True)


if __name__ == "__main__":
    main()
