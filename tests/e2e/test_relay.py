"""Relay-only mode: the picture of a real booth reaches a real Chromium through a real coturn and by no other way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.postgres import configure
from tests.support.processes import wait_for
from tests.support.proctor import health, proctor
from tests.support.stack import USER, Stack
from tests.support.turn_server import TurnServer

BOOTH = "booth-1"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TurnServer]:
    with TurnServer(tmp_path / "turn") as running:
        yield running


@contextmanager
def relayed(folder: Path, urls: tuple[str, ...], secret_file: Path) -> Iterator[Stack]:
    """A centre that lets nobody meet but at the TURN server, with a booth that shows the moment of capture."""
    centre = Stack(folder / "centre")
    centre.data.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f'"{url}"' for url in urls)
    configure(centre.data)
    with (centre.data / "hub.toml").open("a") as settings:
        settings.write(f'[ice]\nurls = [{listed}]\nturn_secret_file = "{secret_file}"\nrelay_only = true\n')
    try:
        centre.start_hub()
        centre.add_administrator()
        centre.add_barcode_booth(BOOTH)
        yield centre
    except BaseException:
        for program in (centre.hub, *centre.booths.values()):
            print(f"--- {program.log.name}\n{program.tail()}")
        raise
    finally:
        centre.stop()


def states(centre: Stack) -> list[str]:
    """Of the booth's viewers, as its health last said."""
    said = health(centre, BOOTH)
    return [viewer["state"] for viewer in said["viewers"]] if said else []


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
def test_a_picture_is_relayed(tmp_path: Path, server: TurnServer, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """The booth takes the first way of the list. Chromium trusts no authority of a test, so for TLS it has UDP too."""
    udp, tcp, tls = server.urls
    urls = {"udp": (udp,), "tcp": (tcp,), "tls": (tls, udp)}[way]
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority.ca))  # of the booth's system
    with relayed(tmp_path, urls, server.secret_file) as centre, proctor(centre, BOOTH) as person:
        person.watch()
        first = person.until("a picture", person.moment)
        person.until("a later picture", lambda: (person.moment() or 0) > first)
        person.until("the hub to hear of it", lambda: "connected" in states(centre))
        log = server.program.tail(100_000)
        let_in = [line for line in log.splitlines() if "ALLOCATE processed, success" in line]
        for who in (f"booth-{BOOTH}", USER):
            assert any(f":{who}>" in line for line in let_in), f"{who} has no relay"
        if way == "tls":
            assert "method=TLSv1" in log, "the booth came in TLS"
        person.stop()
        wait_for("nobody to be said to watch", lambda: not states(centre))


def test_without_leave_to_relay_there_is_no_picture_and_it_is_said_why(tmp_path: Path, server: TurnServer) -> None:
    other = tmp_path / "other.secret"
    other.write_text("not-the-secret-of-this-server")
    other.chmod(0o600)
    with relayed(tmp_path, server.urls[:1], other) as centre, proctor(centre, BOOTH) as person:
        person.page.get_by_role("button", name="Watch live").click()
        person.until("why", lambda: person.page.get_by_text("ICE candidate").count() > 0)
        assert person.moment() is None
        assert "ALLOCATE processed, success" not in server.program.tail(100_000)
