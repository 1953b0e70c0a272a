"""Where is a peer's process? What the bench has told it, in its environment."""

import os

DATABASE = os.environ["PEER_DATABASE"]
PROVIDER = os.environ["PEER_PROVIDER"]
REDIS = os.environ.get("PEER_REDIS", "")
SEATS = int(os.environ.get("PEER_SEATS", "32"))
ACKS_LATE = os.environ.get("PEER_ACKS_LATE") == "1"
RETRIES_STALLED = os.environ.get("PEER_RETRIES_STALLED") == "1"
# A task whose worker has died is given out again after so long, where the peer does so at all: its
# own defaults of a minute to an hour would keep the bench waiting.
GIVEN_UP_SECONDS = 10
