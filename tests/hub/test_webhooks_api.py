"""Webhooks over HTTP, and a whole hub that tells: what booths, devices and people do arrives at the receiver."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import httpx
import jsonschema_rs
import pytest
from sqlalchemy import select, update

from contract.messages import Availability
from hub.config import WebhookConfig
from hub.tables import audit_log, webhook_deliveries, webhooks
from hub.webhooks.catalogue import CATALOGUE, json_schema
from hub.webhooks.document import document
from tests.hub.test_webhooks import NINE, signed
from tests.support.hub import (
    Chain,
    Device,
    a_hub,
    a_violation,
    add_user,
    an_uplink,
    browser,
    closed,
    comes_online,
    sign_in,
)
from tests.support.receiver import Receiver

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).resolve().parents[2] / "docs/webhooks.md"
INSIDE = WebhookConfig(allow_private=True)


async def created(client: httpx.AsyncClient, url: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def arrived(receiver: Receiver, *types: str) -> list[dict[str, Any]]:
    """What came, once all of these types did."""
    with anyio.fail_after(120):
        while True:
            found = [json.loads(got.body) for got in list(receiver.received)]
            if set(types) <= {each["type"] for each in found}:
                return found
            await anyio.sleep(0.05)


async def test_what_happens_in_a_centre_arrives_as_the_catalogue_says(tmp_path: Path) -> None:
    with Receiver() as receiver:
        async with a_hub(tmp_path, webhooks=INSIDE) as hub, browser(hub) as client:
            await add_user(hub)
            await sign_in(client)
            webhook = await created(client, receiver.url)
            async with an_uplink(hub, tmp_path) as uplink:
                await comes_online(client, uplink)
                chain, violation = Chain("booth-1"), a_violation()
                uplink.send(chain.opened(violation))
                uplink.send(chain.closed(closed(violation)))
                await uplink.acked(2)
                path = f"/api/v1/violations/{violation.violation_id}/reviews"
                assert (await client.post(path, json={"decision": "confirmed", "note": ""})).is_success
                uplink.send(Availability(state="offline", since=NINE).to_json(), "availability", retain=True)
                assert (await client.post("/api/v1/retention/runs")).status_code == 202
                told = await arrived(
                    receiver,
                    "device.enrolled",
                    "violation.opened",
                    "violation.closed",
                    "violation.reviewed",
                    "booth.offline",
                    "retention.ran",
                )
            schemas = (await client.get("/api/v1/webhooks/events")).json()["items"]
            validators = {each["type"]: jsonschema_rs.Draft202012Validator(each["json_schema"]) for each in schemas}
            for message in told:
                validators[message["type"]].validate(message)
            opened = next(each["data"] for each in told if each["type"] == "violation.opened")
            assert (opened["violation_id"], opened["kind"]) == (str(violation.violation_id), "no_face")
            assert next(each["data"] for each in told if each["type"] == "violation.closed")["ended_at"]
            reviewed = next(each["data"] for each in told if each["type"] == "violation.reviewed")
            assert (reviewed["decision"], reviewed["decided_by"]) == ("confirmed", "ada")
            assert all(signed(webhook["secret"], got) for got in receiver.received)


async def test_a_secret_is_shown_once_and_kept_out_of_everything_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Receiver() as receiver:
        async with a_hub(tmp_path, webhooks=INSIDE) as hub, browser(hub) as client:
            await add_user(hub)
            await sign_in(client)
            webhook = await created(client, receiver.url, event_types=["device.enrolled"], description="ours")
            path = f"/api/v1/webhooks/{webhook['webhook_id']}"
            sent = await client.post(f"{path}/test")
            assert sent.status_code == 202
            (test,) = await arrived(receiver, "webhook.test")
            assert test["data"]["message"] == "a test, asked for by ada"
            with anyio.fail_after(60):
                while True:
                    (delivery,) = (await client.get(f"{path}/deliveries")).json()["items"]
                    if delivery["state"] == "delivered":
                        break
                    await anyio.sleep(0.02)
            assert delivery["message_id"] == sent.json()["message_id"]
            again = await client.post(f"{path}/deliveries/{delivery['message_id']}/retry")
            assert again.status_code == 409, "it was delivered"
            fresh = (await client.post(f"{path}/secret")).json()["secret"]
            await client.post(f"{path}/test")
            with anyio.fail_after(60):
                while len(receiver.received) < 2:  # noqa: ASYNC110 (filled by a thread)
                    await anyio.sleep(0.02)
            assert not signed(webhook["secret"], receiver.received[1])
            assert signed(fresh, receiver.received[1])
            (listed,) = (await client.get("/api/v1/webhooks")).json()["items"]
            assert listed.keys() == webhook.keys() - {"secret"}
            async with hub.database.reading() as connection:
                kept = " ".join(row.detail for row in await connection.execute(select(audit_log)))
            for secret in (webhook["secret"], fresh):
                assert secret not in kept
                assert secret not in caplog.text


async def test_webhooks_are_changed_and_removed(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        webhook = await created(client, "https://example.invalid/hooks")
        path = f"/api/v1/webhooks/{webhook['webhook_id']}"
        off = await client.patch(path, json={"enabled": False, "event_types": ["booth.offline"]})
        assert (off.json()["enabled"], off.json()["event_types"]) == (False, ["booth.offline"])
        assert (await client.post(f"{path}/test")).status_code == 409
        async with hub.database.writing() as connection:
            await connection.execute(webhooks.update().values(disabled_reason="nothing was taken for a day"))
        assert "a day" in (await client.get(path)).json()["disabled_reason"]
        on = (await client.patch(path, json={"enabled": True})).json()
        assert (on["enabled"], on["disabled_reason"]) == (True, None)
        assert (await client.delete(path)).status_code == 204
        for answer in (await client.get(path), await client.patch(path, json={}), await client.delete(path)):
            assert answer.status_code == 404
        async with hub.database.reading() as connection:
            said = [row.action for row in await connection.execute(select(audit_log).order_by(audit_log.c.number))]
        assert [each for each in said if each.startswith("webhook.")] == [
            "webhook.created",
            "webhook.changed",
            "webhook.changed",
            "webhook.removed",
        ]


async def test_what_leads_inside_or_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        for wrong in (
            {"url": "https://127.0.0.1/"},
            {"url": "http://example.org/"},
            {"url": "https://[::ffff:169.254.169.254]/latest"},
            {"url": "https://example.org/", "event_types": ["booth.exploded"]},
            {"url": "https://example.org/" + "x" * 500},
            {"url": "https://example.org/", "secret": "mine"},
        ):
            answer = await client.post("/api/v1/webhooks", json=wrong)
            assert answer.status_code == 422, answer.text
        webhook = await created(client, "https://example.org/")
        path = f"/api/v1/webhooks/{webhook['webhook_id']}"
        assert (await client.patch(path, json={"url": "https://10.0.0.1/"})).status_code == 422
        assert (await client.get(f"{path}/deliveries", params={"before": "?"})).status_code == 422


async def test_what_did_not_arrive_is_sent_again_at_once_when_a_person_says_so(tmp_path: Path) -> None:
    with Receiver([500]) as receiver:
        async with a_hub(tmp_path, webhooks=INSIDE) as hub, browser(hub) as client:
            await add_user(hub)
            await sign_in(client)
            path = f"/api/v1/webhooks/{(await created(client, receiver.url))['webhook_id']}"
            message = (await client.post(f"{path}/test")).json()["message_id"]

            async def becomes(state: str, attempts: int) -> None:
                with anyio.fail_after(60):
                    while True:
                        (delivery,) = (await client.get(f"{path}/deliveries")).json()["items"]
                        if (delivery["state"], delivery["attempts"]) == (state, attempts) and delivery["status"]:
                            return
                        await anyio.sleep(0.02)

            await becomes("waiting", 1)
            async with hub.database.writing() as connection:
                await connection.execute(update(webhook_deliveries).values(state="failed", next_attempt_at=None))
            assert (await client.post(f"{path}/deliveries/{uuid4()}/retry")).status_code == 409
            assert (await client.post(f"{path}/deliveries/{message}/retry")).status_code == 202
            await becomes("delivered", 2)
            assert [got.headers["webhook-id"] for got in receiver.received] == [f"msg_{message.replace('-', '')}"] * 2


async def test_only_administrators_have_to_do_with_webhooks(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        for role in ("auditor", "proctor", "reviewer", "technician"):
            await add_user(hub, role, role)
            async with browser(hub) as client:
                await sign_in(client, role)
                path = f"/api/v1/webhooks/{uuid4()}"
                for answer in (
                    await client.get("/api/v1/webhooks"),
                    await client.get("/api/v1/webhooks/events"),
                    await client.post("/api/v1/webhooks", json={"url": "https://example.org/"}),
                    await client.get(path),
                    await client.patch(path, json={}),
                    await client.delete(path),
                    await client.post(f"{path}/secret"),
                    await client.post(f"{path}/test"),
                    await client.get(f"{path}/deliveries"),
                    await client.post(f"{path}/deliveries/{uuid4()}/retry"),
                ):
                    assert answer.status_code == 403, (role, answer.request.url)


async def test_a_device_that_enrols_is_told_of_with_its_certificate(tmp_path: Path) -> None:
    with Receiver() as receiver:
        async with a_hub(tmp_path, webhooks=INSIDE) as hub, browser(hub) as client:
            await add_user(hub)
            await sign_in(client)
            await created(client, receiver.url, event_types=["device.enrolled"])
            await Device.enrol(hub, "booth-7", tmp_path / "device")
            (told,) = await arrived(receiver, "device.enrolled")
            assert told["data"]["booth_id"] == "booth-7"


def test_the_document_is_what_the_catalogue_says() -> None:
    assert DOCS.read_text() == document(), "run: python -m hub.webhooks.document > docs/webhooks.md"
    for name, kind in CATALOGUE.items():
        assert kind.__doc__, name
        jsonschema_rs.meta.validate(json_schema(kind))
