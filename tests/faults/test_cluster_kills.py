"""`kill -9` of all that a hub of several processes is made of, at random and under load: the processes themselves, the
broker, the database's postmaster, one of its backends, the booths. Nothing is lost, and whoever watches sees it all.

`INVIGIL_KILL_ROUNDS` makes it longer (`make faults`), `INVIGIL_KILL_SEED` repeats one.
"""

import os
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.cluster import SHOW, TAKE, Cluster, a_cluster
from tests.support.held import Held
from tests.support.journalled import CROWD, crowd_of, deliver, journals_of
from tests.support.kills import ROUNDS, Killed, Kills, kill_and_start
from tests.support.postgres import Server
from tests.support.processes import wait_for
from tests.support.reckoning import reckon
from tests.support.watcher import Watcher, watching

BOOTHS = ("sim-1", "sim-2", "sim-3")
ONE_OF_EACH = ("hub", "ingest", "broker", "backend", "booths")
"""Within `make test`."""
EVENTS_HZ = 10
"""Of each booth."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600 + 300 * ROUNDS)]


def test_whatever_is_killed_of_a_cluster_all_that_was_said_is_there_once_and_shown(tmp_path: Path) -> None:
    database = Server()
    try:
        with a_cluster(tmp_path, database) as cluster:
            cluster.add_administrator()
            for booth in BOOTHS:
                cluster.enrol(booth, tmp_path / CROWD / booth)
            crowd = crowd_of(tmp_path, EVENTS_HZ).start()
            cookie = cluster.cookie()
            here, there = (Watcher(homes, cluster.url, cookie) for homes in (SHOW, SHOW[::-1]))
            victims = {name: partial(kill_process, cluster, name, (here, there)) for name in cluster.processes}
            others = {
                "broker": partial(kill_broker, cluster),
                "postmaster": partial(kill_postmaster, database),
                "backend": partial(kill_backend, database),
                "booths": partial(kill_and_start, crowd, *BOOTHS),
            }
            every = victims | others
            kills = Kills(every if ROUNDS else {name: every[name] for name in ONE_OF_EACH}, ROUNDS or 1)
            with watching(here, there):
                wait_for("events to flow", lambda: cluster.committed() > len(BOOTHS) * EVENTS_HZ)
                kills.run(partial(events_flow, cluster))
                wait_for("the booths to listen", lambda: crowd.hears_sigterm)
                crowd.stop()
                deliver(tmp_path)
                reckoning = reckon(journals_of(tmp_path), Held.at(cluster.database), killed=kills.booths)
                print(kills, reckoning, sep="\n")
                reckoning.must_balance()
                assert reckoning.events > 10 * kills.done.total(), "hardly anything happened, so this shows nothing"
                shown = Watcher(SHOW, cluster.url, cookie).fetched()
                assert len(shown) == reckoning.violations
                wait_for("both to show everything", lambda: here.lacks(shown) == there.lacks(shown) == {})
                assert here.strange == there.strange == []
            for program in cluster.processes.values():
                assert "Traceback" not in program.log.read_text()
    finally:
        database.stop()


def events_flow(cluster: Cluster, killed: str, alive: Sequence[str] = (*SHOW, *TAKE)) -> None:
    before = stored(cluster)
    wait_for(f"events to flow again after {killed} was killed", lambda: stored(cluster) > before)
    for name in alive:
        program = cluster.processes[name]
        assert program.running, f"{name} ended because {killed} was killed:\n{program.tail()}"


def stored(cluster: Cluster) -> int:
    """Events that are committed; below all counts while the database recovers."""
    try:
        return cluster.committed()
    except AssertionError:
        return -1


def kill_process(cluster: Cluster, name: str, watchers: Sequence[Watcher]) -> Killed:
    """Nobody notices but the metrics: events flow on, who watches a survivor is not disturbed, who watched the dead
    goes to another."""
    alive = [each for each in cluster.processes if each != name]
    wait_for("both to watch", lambda: all(watcher.at for watcher in watchers))
    before = {watcher: watcher.arrivals for watcher in watchers}
    moving = {watcher for watcher in watchers if watcher.at == name}
    cluster.processes[name].kill()
    events_flow(cluster, name, alive)
    wait_for(
        "who watched the dead to be elsewhere",
        lambda: all(watcher.arrivals > before[watcher] and watcher.at in alive for watcher in moving),
    )
    with pytest.raises(httpx.TransportError):  # Prometheus' `up`
        httpx.get(f"{cluster.url(name)}/metrics", timeout=30)
    wait_for("one to lead", lambda: sum(cluster.metric(each, "invigil_leads") for each in alive) == 1)
    wait_for("browsers to be counted where they are", partial(browsers_are_counted, cluster, alive, watchers))
    if name in TAKE:
        (other,) = set(TAKE) - {name}
        taken = cluster.taken_by(other)
        wait_for("the other to take events", lambda: cluster.taken_by(other) > taken)
    cluster.start(name)
    for watcher in set(watchers) - moving:
        assert watcher.arrivals == before[watcher], f"the death of {name} was noticed by who watched {watcher.at}"
    return ()


def browsers_are_counted(cluster: Cluster, alive: Sequence[str], watchers: Sequence[Watcher]) -> bool:
    at = Counter(watcher.at for watcher in watchers)
    return all(cluster.metric(name, "invigil_live_clients") == at[name] for name in SHOW if name in alive)


def kill_broker(cluster: Cluster) -> Killed:
    """Mosquitto without a file for what it holds: sessions, retained messages, all is forgotten."""
    return kill_and_start(cluster.broker)


def kill_postmaster(database: Server) -> Killed:
    database.kill()
    database.start_again()
    return ()


def kill_backend(database: Server) -> Killed:
    """One that serves a hub: PostgreSQL ends all others, too, and recovers at once."""
    backends = wait_for("a hub's backend", database.backends)
    os.kill(random.choice(backends), 9)
    return ()
