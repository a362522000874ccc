"""What the OpenAPI document allows, made up by Schemathesis: nothing of it breaks the hub, and every answer is as the
document says."""

import logging
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from contract.profiles import PROFILES
from hub.app import create_app
from hub.parts import Hub
from hub.store import places
from tests.support.exams import Centre
from tests.support.hub import a_hub, add_booth, add_user, browser, sign_in

EXAMPLES: Final = 10
"""For each route; with the same seed every time."""
LEFT_OUT: Final = {
    "signOut": "everything after it would be refused",
    "healthz": "of the process, not of the API",
    "readyz": "of the process, not of the API",
    "metrics": "Prometheus' own format",
}
BEYOND: Final = (502, 504)
"""Somebody else does not answer: a booth, a webhook's receiver. Said in a problem document, too."""
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def furnish(hub: Hub, client: httpx.AsyncClient) -> dict[str, str]:
    """Things, by the names of path parameters."""
    await add_booth(hub, "booth-1")
    await add_user(hub, "pat", "proctor")
    centre = Centre(client)
    exam, candidate = await centre.exam(), await centre.candidate()
    exam_session = await centre.schedule(exam, candidate)
    rules = PROFILES["standard"].rules.model_dump(mode="json")
    profile = await centre.post("/profiles", name="Oral", rules=rules)
    async with hub.database.writing() as connection:
        await places.add_site(connection, "north", "North", datetime.now(UTC))
        await places.add_room(connection, "r-1", "north", "Room 1", datetime.now(UTC))
    return {
        "booth_id": "booth-1",
        "username": "pat",
        "exam_id": exam,
        "name": profile["name"],
        "candidate_id": candidate,
        "exam_session_id": str(exam_session),
        "site_id": "north",
        "room_id": "r-1",
    }


@schemathesis.serializer("video/mp4", "video/webm")
def any_bytes(_context: object, value: Any) -> bytes:
    """What is sent as a clip: schemathesis makes up no videos."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_that_the_document_allows_breaks_the_hub(tmp_path: Path) -> None:
    document = create_app().openapi()
    schema = schemathesis.openapi.from_dict(document)
    wrong: dict[str, str] = {}
    logging.getLogger("hub").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal("asyncio"))
        hub = stack.enter_context(portal.wrap_async_context_manager(a_hub(tmp_path)))
        client = stack.enter_context(portal.wrap_async_context_manager(browser(hub)))
        portal.call(add_user, hub)
        portal.call(sign_in, client)
        there = portal.call(furnish, hub, client)
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation: Any = result.ok()
            name = operation.definition.raw["operationId"]
            if name in LEFT_OUT:
                continue

            async def send(case: Any) -> httpx.Response:
                """To what is there, where the path names something that is; made up ids would all be answered alike."""
                mine = {name: there[name] for name in case.path_parameters or {} if name in there}
                case.path_parameters = {**(case.path_parameters or {}), **mine}
                asked = case.as_transport_kwargs(base_url="http://hub.test")
                kept = {
                    key: asked[key] for key in ("method", "url", "params", "json", "data", "headers") if key in asked
                }
                if isinstance(kept.get("data"), bytes | str):
                    kept["content"] = kept.pop("data")
                return await client.request(**kept)

            @SETTINGS
            @given(case=operation.as_strategy())
            def check(case: Any) -> None:
                answer = portal.call(send, case)
                flaw = _flaw(operation.definition.raw, answer)  # noqa: B023
                if flaw:
                    wrong.setdefault(name, f"{flaw}: {case.as_curl_command()[:300]}")  # noqa: B023

            check()
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def _flaw(operation: dict[str, Any], answer: httpx.Response) -> str:
    status = answer.status_code
    if status >= 500 and status not in BEYOND:
        return f"{status} {answer.text[:200]}"
    if status >= 400:
        if answer.request.method != "HEAD" and answer.headers.get("content-type") != "application/problem+json":
            return f"{status} is no problem document: {answer.text[:200]}"
        return ""
    documented = operation["responses"].get(str(status))
    if documented is None:
        return f"{status} is not documented"
    kinds = documented.get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kinds and answer.request.method != "HEAD" and kind not in kinds:
        return f"{status} comes as {kind}, not as {', '.join(kinds)}"
    return ""
