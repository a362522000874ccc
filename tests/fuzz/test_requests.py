"""Requests to the hub's API that are not as its document says: any bytes as a body, anything as a parameter or header.

(What the document does allow is made up in tests/hub/test_schema_fuzz.py.) Every answer is below 500, but for 502
and 504, which say that somebody else does not answer; and after all of it the hub still works.
"""

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from contract.chain import sha256_hex
from hub.app import create_app
from tests.support import damage
from tests.support.exams import Centre
from tests.support.fuzz import Record, count_of, no_hang
from tests.support.hub import Device, a_hub, add_booth, add_user, browser, sign_in

LEFT_OUT: Final = {"signOut", "backup"}
ELSEWHERE: Final = (502, 504)
ODD_TEXTS: Final = (
    *damage.TIMES,
    "\0",
    "%00",
    "'",
    "' OR 1=1 --",
    "../../etc/passwd",
    "é😀\u202e",
    "x" * 3000,
    "-1",
    "9" * 30,
    "1e400",
    "NaN",
    "null",
    "%",
    "_",
    "",
)


def body_of(schema: dict[str, Any], whole: dict[str, Any], rng: random.Random, depth: int = 0) -> Any:
    """Something like what the schema describes: right in most places, to be damaged afterwards."""
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return body_of(rng.choice(schema[several]), whole, rng, depth)
    if "const" in schema or "enum" in schema:
        return schema.get("const", rng.choice(schema.get("enum", [None])))
    kind = schema.get("type")
    if kind == "object":
        named = schema.get("properties", {})
        wanted = [name for name in named if name in schema.get("required", ()) or (depth < 4 and rng.random() < 0.7)]
        return {name: body_of(named[name], whole, rng, depth + 1) for name in wanted}
    if kind == "array":
        return [body_of(schema.get("items", {}), whole, rng, depth + 1) for _ in range(schema.get("minItems", 1))]
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    if kind == "boolean":
        return rng.random() < 0.5
    forms = {"uuid": "6f1c9f0e-3f3a-4a53-9d3e-0a4f2f9b8c11", "date-time": "2026-05-04T09:00:00Z", "date": "2026-05-04"}
    return forms.get(schema.get("format", ""), "a" * max(1, schema.get("minLength", 1)))


def requests(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation.get("operationId") not in LEFT_OUT
    ]


def asked(
    rng: random.Random,
    method: str,
    path: str,
    operation: dict[str, Any],
    document: dict[str, Any],
    there: dict[str, str],
) -> dict[str, Any]:
    """One request, for `httpx`."""

    def value(parameter: dict[str, Any]) -> str:
        name = parameter["name"]
        if rng.random() < 0.5:
            return there.get(name, str(body_of(parameter.get("schema", {}), document, rng)))
        return rng.choice(ODD_TEXTS)

    parameters = operation.get("parameters", ())
    for name in re.findall(r"{(\w+)}", path):
        filled = there.get(name, "x") if rng.random() < 0.7 else rng.choice([odd for odd in ODD_TEXTS if odd])
        path = path.replace(f"{{{name}}}", quote(filled, safe=rng.choice(("", "/"))))
    request: dict[str, Any] = {"method": method.upper(), "url": path}
    query = {each["name"]: value(each) for each in parameters if each["in"] == "query" and rng.random() < 0.6}
    headers = {
        each["name"]: value(each).encode("latin-1", "replace").replace(b"\0", b"?").replace(b"\n", b"?")
        for each in parameters
        if each["in"] == "header" and rng.random() < 0.7
    }
    content = operation.get("requestBody", {}).get("content", {})
    if content:
        kind, described = rng.choice(list(content.items()))
        seed = body_of(described.get("schema", {}), document, rng)
        whole = damage.as_json(seed)
        way = rng.random()
        request["content"] = (
            damage.as_json(damage.document_of(rng, seed))
            if way < 0.6
            else damage.bytes_of(rng, whole)
            if way < 0.9
            else whole
        )
        headers["Content-Type"] = (kind if rng.random() < 0.9 else "text/plain").encode()
    return request | {"params": query, "headers": headers}


@pytest.mark.anyio
async def test_requests(tmp_path: Path, record: Record) -> None:
    count = count_of(0.1, short=40)
    document = create_app().openapi()
    operations = requests(document)
    statuses: Counter[int] = Counter()
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-1")
        centre = Centre(client)
        exam, candidate = await centre.exam(), await centre.candidate()
        exam_session = await centre.schedule(exam, candidate)
        there = {
            "booth_id": "booth-1",
            "exam_id": exam,
            "candidate_id": candidate,
            "exam_session_id": str(exam_session),
            "sha256": "0" * 64,
        }
        for number in range(count):
            rng = random.Random(f"request {number}")
            request = asked(rng, *rng.choice(operations), document, there)
            with no_hang():
                try:
                    answer = await client.request(**request)
                except (httpx.InvalidURL, httpx.LocalProtocolError):
                    continue
            statuses[answer.status_code] += 1
            if answer.status_code == 401 and not (await client.get("/api/v1/me")).is_success:
                await sign_in(client)
            assert answer.status_code < 500 or answer.status_code in ELSEWHERE, (number, request, answer.text[:500])
            if answer.status_code >= 400 and request["method"] != "HEAD":
                assert answer.headers["content-type"] == "application/problem+json", (
                    number,
                    request,
                    answer.text[:300],
                )
        assert (await client.get("/api/v1/booths")).status_code == 200
    assert statuses[422], "nothing was refused: the requests are not damaged"
    taken = sum(number for status, number in statuses.items() if status < 400)
    record(
        "fuzz",
        {
            "parser": "REST requests",
            "inputs": sum(statuses.values()),
            "taken": taken,
            "refused": sum(statuses.values()) - taken,
            "slowest_ms": "",
            "bytes_per_byte": "",
        },
    )


@pytest.mark.anyio
async def test_uploads(tmp_path: Path, record: Record) -> None:
    """Headers of an upload of evidence, one or two of them damaged: taken only where nothing that counts was."""
    count = count_of(0.05, short=20)
    statuses: Counter[int] = Counter()
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        for number in range(count):
            rng = random.Random(f"upload {number}")
            data = b"\xff\xd8\xff" + rng.randbytes(rng.choice((0, 1, 100, 5000)))
            headers: Any = {name: value.encode() for name, value in device.upload_headers(data).items()}
            for name in rng.sample(list(headers), rng.choice((1, 1, 2))):
                bad = damage.bytes_of(rng, headers[name])[:8000]
                headers[name] = re.sub(rb"[\x00-\x1f\x7f]", b"?", bad)
            sha256 = sha256_hex(data)
            with no_hang():
                answer = await client.put(f"/api/v1/evidence/{sha256}", content=data, headers=headers)
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (number, headers, answer.text[:500])
    taken = sum(number for status, number in statuses.items() if status < 400)
    record(
        "fuzz",
        {
            "parser": "uploads",
            "inputs": count,
            "taken": taken,
            "refused": count - taken,
            "slowest_ms": "",
            "bytes_per_byte": "",
        },
    )


@pytest.mark.anyio
async def test_a_certificate_that_is_no_ascii(tmp_path: Path) -> None:
    """Anybody who reaches the port could make the hub answer that it failed."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        headers: Any = {name: value.encode() for name, value in device.upload_headers(b"picture").items()}
        headers["Invigil-Certificate"] += b"\xec"
        answer = await client.put(f"/api/v1/evidence/{sha256_hex(b'picture')}", content=b"picture", headers=headers)
        assert answer.status_code == 401, answer.text
