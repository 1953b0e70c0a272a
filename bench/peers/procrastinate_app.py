"""How does procrastinate send? `procrastinate -a bench.peers.procrastinate_app.app worker`"""

import procrastinate

from bench.peers import body
from bench.peers.surroundings import DATABASE, GIVEN_UP_SECONDS, RETRIES_STALLED

_address = DATABASE.replace("postgresql+psycopg://", "postgresql://", 1)
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=_address),
    worker_defaults={"stalled_worker_timeout": GIVEN_UP_SECONDS, "update_heartbeat_interval": 2},
)


@app.task
async def send(message_id: int) -> None:
    await body.send_async(message_id)


if RETRIES_STALLED:
    # As its guide tells for jobs whose worker has died.
    @app.periodic(cron="*/5 * * * * *")
    @app.task(queueing_lock="retry_stalled")
    async def retry_stalled(timestamp: int) -> None:
        del timestamp  # every periodic task is told its own
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=GIVEN_UP_SECONDS):
            await manager.retry_job(job)
