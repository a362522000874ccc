"""Webhooks: announced with the change or not at all, signed as specified, sent again, kept from the inside."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import func, select, update

from hub.db import Database
from hub.errors import RefusedError
from hub.metrics import Metrics
from hub.store import webhooks
from hub.tables import webhook_deliveries, webhook_messages
from hub.tables import webhooks as webhook_table
from hub.webhooks import BoothOffline, DeviceEnrolled, announce
from hub.webhooks.deliver import DELAYS_S, GIVE_UP, JITTER, KEPT, Deliverer, delay_s
from hub.webhooks.signing import headers, new_secret, signature
from hub.webhooks.target import BlockedError, blocked, check_url, resolve
from tests.support.hub import a_database
from tests.support.receiver import Receiver

pytestmark = pytest.mark.anyio
NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
OFFLINE = BoothOffline(booth_id="booth-1", since=NINE)


class Desk:
    """A database with webhooks, and the task that sends, at a time that the test sets."""

    def __init__(self, database: Database, *, allow_private: bool = True) -> None:
        self.database = database
        self.now = NINE
        self.deliverer = Deliverer(database, Metrics(), allow_private=allow_private, now=lambda: self.now)

    async def add(self, url: str, *event_types: str, enabled: bool = True) -> Any:
        row = {
            "webhook_id": uuid4(),
            "url": url,
            "description": "",
            "event_types": json.dumps(event_types),
            "secret": new_secret(),
            "enabled": enabled,
            "created_at": NINE,
        }
        async with self.database.writing() as connection:
            await webhooks.add(connection, row)
        return row

    async def announce(self, happened: Any = OFFLINE) -> None:
        async with self.database.writing() as connection:
            await announce(connection, happened)
            # Written by the real clock; the test has one of its own.
            written = webhook_deliveries.c.created_at
            await connection.execute(
                update(webhook_deliveries)
                .where(written > NINE + timedelta(days=20))
                .values(created_at=self.now, next_attempt_at=self.now)
            )

    async def deliveries(self) -> list[Any]:
        async with self.database.reading() as connection:
            return list(await connection.execute(select(webhook_deliveries).order_by(webhook_deliveries.c.created_at)))

    async def webhook(self) -> Any:
        async with self.database.reading() as connection:
            (row,) = await webhooks.all_of_them(connection)
            return row

    async def pass_time(self) -> None:
        """Until the next attempt is due."""
        (row,) = await self.deliveries()
        self.now = max(self.now, row.next_attempt_at)


@asynccontextmanager
async def a_desk(folder: Path, **options: Any) -> AsyncIterator[Desk]:
    async with a_database(folder) as database:
        yield Desk(database, **options)


def signed(secret: str, received: Any) -> bool:
    """As a receiver checks it, from the specification and not from our code."""
    key = base64.b64decode(secret[len("whsec_") :])
    name, timestamp = received.headers["webhook-id"], received.headers["webhook-timestamp"]
    content = name.encode() + b"." + timestamp.encode() + b"." + received.body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, received.headers["webhook-signature"])


async def test_a_message_arrives_once_signed_and_whole(tmp_path: Path) -> None:
    with Receiver() as receiver:
        async with a_desk(tmp_path) as desk:
            row = await desk.add(receiver.url)
            await desk.announce()
            assert await desk.deliverer.send_due() == 1
            assert await desk.deliverer.send_due() == 0
            (got,) = receiver.received
            assert signed(row["secret"], got)
            assert got.headers["webhook-timestamp"] == str(int(desk.now.timestamp()))
            assert got.headers["content-type"] == "application/json"
            assert got.headers["host"] == receiver.url.split("/")[2]
            said = json.loads(got.body)
            assert said["type"] == "booth.offline"
            assert BoothOffline.model_validate(said["data"]) == OFFLINE
            assert TypeAdapter(datetime).validate_python(said["timestamp"]).tzinfo is not None
            (delivery,) = await desk.deliveries()
            assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)
            assert got.headers["webhook-id"] == f"msg_{delivery.message_id.hex}"
            # Altered on the way, or signed with what is not the secret.
            got.body = got.body.replace(b"booth-1", b"booth-2")
            assert not signed(row["secret"], got)


def test_the_signature_is_the_specifications_example() -> None:
    """From the specification's own text and the reference libraries' tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    sent = headers(secret, uuid4(), NINE, body)
    assert sent.keys() == {"webhook-id", "webhook-timestamp", "webhook-signature"}


async def test_only_who_wants_to_hear_of_it_is_told_and_nothing_is_written_for_nobody(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.announce()
        every = await desk.add("https://example.org/all")
        some = await desk.add("https://example.org/some", "device.enrolled")
        await desk.add("https://example.org/off", enabled=False)
        await desk.announce()
        await desk.announce(DeviceEnrolled(booth_id="booth-1", serial="ab"))
        told = [row.webhook_id for row in await desk.deliveries()]
        assert sorted(told, key=str) == sorted([every["webhook_id"]] * 2 + [some["webhook_id"]], key=str)
        async with desk.database.reading() as connection:
            count = await connection.execute(select(func.count()).select_from(webhook_messages))
            assert count.scalar_one() == 2


async def test_what_is_not_committed_is_not_told(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await desk.add("https://example.org/all")

        async def change_that_fails() -> None:
            async with desk.database.writing() as connection:
                await announce(connection, OFFLINE)
                raise RuntimeError("the change did not work out")

        with pytest.raises(RuntimeError):
            await change_that_fails()
        assert await desk.deliveries() == []


async def test_a_receiver_that_fails_is_asked_again_ever_later_with_the_same_id(tmp_path: Path) -> None:
    with Receiver(answers=[500, 503, 404, 302]) as receiver:
        async with a_desk(tmp_path) as desk:
            row = await desk.add(receiver.url)
            await desk.announce()
            waits = []
            for _ in range(5):
                assert await desk.deliverer.send_due() == 1
                (delivery,) = await desk.deliveries()
                if delivery.state == "waiting":
                    waits.append((delivery.next_attempt_at - desk.now).total_seconds())
                    assert delivery.problem is not None
                    assert (await desk.webhook()).failing_since is not None
                    assert await desk.deliverer.send_due() == 0, "not before its time"
                    await desk.pass_time()
            assert (delivery.state, delivery.attempts) == ("delivered", 5)
            assert (await desk.webhook()).failing_since is None
            for wait, expected in zip(waits, DELAYS_S, strict=False):
                assert (1 - JITTER) * expected <= wait <= (1 + JITTER) * expected
            assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
            assert len({got.headers["webhook-timestamp"] for got in receiver.received}) == 5
            assert all(signed(row["secret"], got) for got in receiver.received)


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with Receiver() as inside, Receiver(answers=[307], location=inside.url) as receiver:
        async with a_desk(tmp_path) as desk:
            await desk.add(receiver.url)
            await desk.announce()
            await desk.deliverer.send_due()
            assert (len(receiver.received), len(inside.received)) == (1, 0)
            (delivery,) = await desk.deliveries()
            assert (delivery.state, delivery.status) == ("waiting", 307)


async def test_who_takes_nothing_for_a_day_is_switched_off_and_told_why(tmp_path: Path) -> None:
    with Receiver(answers=[500] * 100) as receiver:
        async with a_desk(tmp_path) as desk:
            await desk.add(receiver.url)
            await desk.announce()
            attempts = 0
            while (await desk.webhook()).enabled:
                attempts += await desk.deliverer.send_due()
                if (await desk.webhook()).enabled:
                    await desk.pass_time()
            assert 10 < attempts < 40
            assert GIVE_UP <= desk.now - NINE < GIVE_UP + timedelta(hours=3)
            webhook, (delivery,) = await desk.webhook(), await desk.deliveries()
            assert "a day" in webhook.disabled_reason
            assert "answered 500" in webhook.disabled_reason
            assert (delivery.state, delivery.next_attempt_at, delivery.status) == ("failed", None, 500)
            await desk.announce()
            assert len(await desk.deliveries()) == 1, "nothing is written for one that is off"


async def test_who_says_that_it_is_gone_is_switched_off_at_once(tmp_path: Path) -> None:
    with Receiver(answers=[410]) as receiver:
        async with a_desk(tmp_path) as desk:
            await desk.add(receiver.url)
            for _ in range(3):
                await desk.announce()
            await desk.deliverer.send_due()
            webhook = await desk.webhook()
            assert not webhook.enabled
            assert "410" in webhook.disabled_reason
            assert {row.state for row in await desk.deliveries()} <= {"failed", "delivered"}


async def test_one_that_is_away_gets_everything_when_it_is_back_and_holds_up_nobody(tmp_path: Path) -> None:
    with Receiver() as well, Receiver(answers=[500] * 4) as ill:
        async with a_desk(tmp_path) as desk:
            await desk.add(ill.url)
            await desk.announce()
            await desk.deliverer.send_due()
            await desk.add(well.url)
            for _ in range(20):
                await desk.announce()
            for _ in range(30):
                await desk.deliverer.send_due()
            assert len(well.received) == 20
            assert len(ill.received) == 2, "it was left in peace meanwhile"
            for _ in range(2):
                desk.now += timedelta(minutes=15)
                await desk.deliverer.send_due()
            assert len(ill.received) == 4
            desk.now += timedelta(minutes=15)
            for _ in range(30):
                await desk.deliverer.send_due()
            assert len(ill.received) == 4 + 21, "all at once when it is back"
            assert {row.state for row in await desk.deliveries()} == {"delivered"}


async def test_a_process_that_is_killed_in_an_attempt_is_made_good_by_any_other(tmp_path: Path) -> None:
    with Receiver() as receiver:
        async with a_desk(tmp_path) as desk:
            await desk.add(receiver.url)
            await desk.announce()
            async with desk.database.writing() as connection:
                (row,) = await webhooks.due(connection, desk.now)
                claimed = [
                    await webhooks.claim(
                        connection, row.message_id, row.webhook_id, 0, desk.now, desk.now + timedelta(minutes=2)
                    )
                    for _ in range(2)
                ]
            assert claimed == [True, False]
            assert await desk.deliverer.send_due() == 0
            desk.now += timedelta(minutes=2)
            assert await desk.deliverer.send_due() == 1
            assert len(receiver.received) == 1


async def test_the_outbox_is_bounded_and_the_log_forgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "WAITING_PER_WEBHOOK", 3)
    async with a_desk(tmp_path) as desk:
        await desk.add("https://example.org/all")
        for _ in range(5):
            desk.now += timedelta(seconds=1)
            await desk.announce()
        await desk.deliverer._tidy()
        states = [row.state for row in await desk.deliveries()]
        assert states == ["failed", "failed", "waiting", "waiting", "waiting"]
        desk.now = datetime.now(UTC) + KEPT + timedelta(days=1)
        await desk.deliverer._tidy()
        assert [row.state for row in await desk.deliveries()] == ["waiting"] * 3, "what waits is not forgotten"


async def test_the_task_sends_what_is_announced(tmp_path: Path) -> None:
    with Receiver() as receiver:
        async with a_desk(tmp_path) as desk:
            await desk.add(receiver.url)
            live = Deliverer(desk.database, Metrics(), allow_private=True)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(live.run)
                async with desk.database.writing() as connection:
                    await announce(connection, OFFLINE)
                with anyio.fail_after(60):
                    while not receiver.received:  # noqa: ASYNC110 (filled by a thread)
                        await anyio.sleep(0.02)
                tasks.cancel_scope.cancel()


# --- where to ---

INSIDE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1"),
    *("::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"),
)
OUTSIDE = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101")


@pytest.mark.parametrize("text", INSIDE)
async def test_no_address_inside_is_connected_to(text: str) -> None:
    address = ip_address(text)
    assert blocked(address)
    url = f"https://[{text}]/" if ":" in text else f"https://{text}/"
    with pytest.raises(RefusedError):
        check_url(url, allow_private=False)
    with pytest.raises(BlockedError):
        await resolve(url, allow_private=False)


@given(st.ip_addresses())
def test_what_is_allowed_is_an_address_of_the_internet(address: Any) -> None:
    if not blocked(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private
    if address.is_private or address.is_loopback or address.is_link_local:
        assert blocked(address)


async def test_names_are_resolved_and_looked_at_with_every_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BlockedError):
        await resolve("https://localhost/x", allow_private=False)
    assert (await resolve("http://localhost:81/x?y=1", allow_private=True)).name == "localhost"
    with Receiver() as receiver:
        async with a_desk(tmp_path, allow_private=False) as desk:
            await desk.add(receiver.url.replace("127.0.0.1", "localhost"))
            await desk.announce()
            await desk.deliverer.send_due()
            (delivery,) = await desk.deliveries()
            assert "not an address outside" in delivery.problem
            assert receiver.received == []


async def test_the_name_is_kept_for_tls_and_the_address_is_connected_to() -> None:
    for text in OUTSIDE:
        assert not blocked(ip_address(text)), text
    target = await resolve("https://1.1.1.1/hooks?x=1", allow_private=False)
    assert (target.url, target.host_header, target.name) == ("https://1.1.1.1:443/hooks?x=1", "1.1.1.1", "1.1.1.1")
    target = await resolve("http://localhost:8080", allow_private=True)
    assert target.host_header == "localhost:8080"
    assert target.url.endswith(":8080/")


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "http://example.org/", "ftp://example.org/", "https://", "https:///path"),
        *("https://user:secret@example.org/", "https://example.org:99999/", "https://example.org/#x", "https://[::1/"),
    ],
)
def test_what_is_no_address_is_refused_where_it_is_written(url: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_url(url, allow_private=False)
    assert refused.value.status == 422


def test_delays_rise_and_are_spread() -> None:
    for attempts in range(20):
        expected = DELAYS_S[min(attempts, len(DELAYS_S) - 1)]
        found = {delay_s(attempts) for _ in range(50)}
        assert len(found) > 40
        assert all((1 - JITTER) * expected <= delay <= (1 + JITTER) * expected for delay in found)
    assert webhook_table.c.secret.type.length >= len(new_secret())  # type: ignore[attr-defined]
