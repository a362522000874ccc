"""Uploads in chunks, as a device makes them: the headers, and a device that goes on where the hub says."""

import base64
from datetime import UTC, datetime

import httpx

from contract import chain
from tests.support.hub import Device


def url(data: bytes) -> str:
    return f"/api/v1/evidence/{chain.sha256_hex(data)}"


def ask_headers(device: Device, data: bytes, media_type: str = "video/mp4") -> dict[str, str]:
    """What signs the question how much is here."""
    headers = device.upload_headers(data) | {"Content-Type": media_type}
    return headers | {"Upload-Length": str(len(data))}


def chunk_headers(device: Device, data: bytes, offset: int, chunk: bytes, **changes: str) -> dict[str, str]:
    """What signs one chunk of `data`; `changes` spoil it."""
    now, name = datetime.now(UTC).isoformat(), chain.sha256_hex(chunk)
    signed = chain.chunk_bytes(device.booth, chain.sha256_hex(data), len(data), offset, name, now)
    return {
        "Content-Type": "video/mp4",
        "Content-Length": str(len(chunk)),
        "Upload-Length": str(len(data)),
        "Upload-Offset": str(offset),
        "Invigil-Booth": device.booth,
        "Invigil-Certificate": base64.b64encode(device.certificate_pem.encode()).decode(),
        "Invigil-Signed-At": now,
        "Invigil-Signature": chain.sign(device.key, signed),
        "Invigil-Chunk-SHA256": name,
    } | changes


async def patch(
    client: httpx.AsyncClient, device: Device, data: bytes, offset: int, chunk: bytes, **changes: str
) -> httpx.Response:
    headers = chunk_headers(device, data, offset, chunk, **changes)
    return await client.patch(url(data), content=chunk, headers=headers)


async def offset_at_hub(client: httpx.AsyncClient, device: Device, data: bytes) -> tuple[int, bool]:
    """How much is here, and whether it is whole."""
    answer = await client.head(url(data), headers=ask_headers(device, data))
    assert answer.status_code == 204, answer.headers
    return int(answer.headers["Upload-Offset"]), answer.headers["Upload-Complete"] == "?1"


async def send_all(client: httpx.AsyncClient, device: Device, data: bytes, chunk_bytes: int) -> httpx.Response:
    """From where the hub says to the end."""
    offset, _ = await offset_at_hub(client, device, data)
    while True:
        answer = await patch(client, device, data, offset, data[offset : offset + chunk_bytes])
        if answer.status_code != 204:
            return answer
        offset = int(answer.headers["Upload-Offset"])
