"""How does dramatiq send? `dramatiq bench.peers.dramatiq_app`"""

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers import body
from bench.peers.surroundings import GIVEN_UP_SECONDS, REDIS

broker = RedisBroker(url=REDIS, heartbeat_timeout=GIVEN_UP_SECONDS * 1000)
dramatiq.set_broker(broker)


@dramatiq.actor
def send(message_id: int) -> None:
    body.send(message_id)
