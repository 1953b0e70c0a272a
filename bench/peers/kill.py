"""What does `kill -9` cost a peer? The rows of bench.kill that are not ours."""

from bench.killing import LATENCY_MS, QUIET, Outcome, Sender, kill_and_drain
from bench.peers import rows
from bench.peers.designs import Peer, a_stage
from bench.stage import a_provider

SEATS = 32


def run(peer: Peer, messages: int, kills: int, quiet: float = QUIET) -> Outcome:
    """Queue everything, kill the worker's process group so often, then let one go on alone."""
    with a_provider() as provider, a_stage(peer, provider, seats=SEATS) as stage:
        provider.behave(latency_ms=LATENCY_MS)
        numbers = rows.fill(stage.engine, messages, rows.now())
        with stage.planner() as planner:
            planner.plan(rows.now())
        return kill_and_drain(
            Sender(peer.title, numbers, stage.start, stage.left), provider, kills, quiet
        )
