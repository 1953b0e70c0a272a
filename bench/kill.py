"""What does `kill -9` cost? `python -m bench.kill --ours --messages 2000 --kills 20`

The process that sends is killed again and again in the middle of its sending; then one is left
alone until nothing moves. Ours on both databases stands beside the usual task queues. Our lost,
doubled and stuck must all be 0, or the exit status is not.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import astuple

from bench.killing import (
    HEAD,
    LATENCY_MS,
    LONGEST_LIFE,
    QUIET,
    SILENCE,
    Outcome,
    Sender,
    kill_and_drain,
)
from bench.peers import kill as peers
from bench.peers.designs import PEERS
from bench.servers import Missing, postgres
from bench.stage import a_clock, a_crowd, a_database, a_provider, opened, table, unrest

SQLITE = ""
HOW = f"""\
The process group that sends is killed up to {LONGEST_LIFE} s after the first text of each life, a
request taking {LATENCY_MS} ms and 32 being in flight; then one is left alone until nothing has
moved for {QUIET:.0f} s. Lost and doubled are counted at the provider; stuck are rows that do not
say what became of their message. Every run's figure is shown where they differ. A peer that has
sent nothing for {SILENCE:.0f} s is not killed again: what its broker holds back, it may hold for an
hour."""


def run(messages: int, kills: int, server: str) -> Outcome:
    """Kill our clock so often, then let one process finish."""
    with a_provider() as provider, a_database(server) as database:
        provider.behave(latency_ms=LATENCY_MS)
        sessions = opened(database, provider)
        ours = Sender(
            design=f"ours, {'PostgreSQL' if server else 'SQLite'}",
            numbers=a_crowd(sessions, messages),
            start=lambda: a_clock(database, provider),
            left=lambda: unrest(sessions),
        )
        outcome = kill_and_drain(ours, provider, kills)
        sessions.kw["bind"].dispose()
        return outcome


def main() -> None:
    asked = _asked()
    servers = (asked.database,) if asked.ours else (SQLITE, asked.database or postgres().url)
    ours = [[run(asked.messages, asked.kills, one) for _ in range(asked.runs)] for one in servers]
    lines = [line(outcomes) for outcomes in ours]
    if not asked.ours:
        lines += _peers(asked.peer or [*PEERS], asked)
    print(table(HEAD, lines), HOW, sep="\n\n")
    sys.exit(not all(outcome.sound for outcomes in ours for outcome in outcomes))


def _peers(names: Sequence[str], asked: Namespace) -> Iterator[Sequence[str]]:
    for name in names:
        peer = PEERS[name]
        try:
            runs = [peers.run(peer, asked.messages, asked.kills) for _ in range(asked.runs)]
        except Missing as fault:
            yield (peer.title, f"missing: {fault}", *[""] * (len(HEAD) - 2))
        else:
            yield line(runs)


def line(outcomes: Sequence[Outcome]) -> Sequence[str]:
    """Every run's figure: one lost message in three runs must not hide behind a median."""
    columns = zip(*(astuple(outcome) for outcome in outcomes), strict=True)
    return [
        " / ".join(str(one) for one in (kept if len(set(kept)) > 1 else kept[:1]))
        for kept in columns
    ]


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--ours", action="store_true", help="this service alone, on one database")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--peer", action="append", choices=[*PEERS], help="one peer, or several")
    parser.add_argument("--database", default="", help="a PostgreSQL server; empty: SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
