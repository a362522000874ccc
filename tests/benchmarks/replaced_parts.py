"""The design that Invigil replaces, as programs: WebSocket → Redis list → worker → HTTP POST → one INSERT each.

    python -m tests.benchmarks.replaced_parts relay PORT REDIS_PORT
    python -m tests.benchmarks.replaced_parts worker API_PORT REDIS_PORT
    python -m tests.benchmarks.replaced_parts api PORT DATABASE_URL

Made as such a web application is made, with good libraries and without mistakes: a connection pool, connections that
are kept, one commit for each event. `GET /committed` of the API gives when each event was committed.
"""

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import redis.asyncio
import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect

LIST = "events"
TABLE = """CREATE TABLE IF NOT EXISTS violations (
    id uuid PRIMARY KEY, booth text NOT NULL, seq bigint NOT NULL, kind text NOT NULL, body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
)"""
INSERT = "INSERT INTO violations (id, booth, seq, kind, body) VALUES ($1, $2, $3, $4, $5)"


def relay(redis_port: int) -> FastAPI:
    """What browsers speak to."""
    queue = redis.asyncio.Redis(port=redis_port)
    app = FastAPI()

    @app.websocket("/ws")
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await queue.rpush(LIST, await socket.receive_text())
        except WebSocketDisconnect:
            return

    return app


def work(api_port: int, redis_port: int) -> None:
    """One event after the other, as the worker it stands for does."""
    queue = redis.Redis(port=redis_port)
    with httpx.Client(base_url=f"http://127.0.0.1:{api_port}", timeout=60) as client:
        while True:
            taken = queue.blpop([LIST])
            assert isinstance(taken, (list, tuple))
            client.post("/violations", content=taken[1]).raise_for_status()


def api(database_url: str) -> FastAPI:
    committed: dict[str, float] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(database_url, min_size=4, max_size=4) as pool:
            await pool.execute(TABLE)
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/violations", status_code=201)
    async def add(request: Request) -> None:
        event = await request.json()
        row = (event["id"], event["booth"], event["seq"], event["kind"], json.dumps(event["body"]))
        await request.app.state.pool.execute(INSERT, *row)
        committed[event["id"]] = time.perf_counter()

    @app.get("/committed")
    async def all_of_them(*, count: bool = False) -> dict[str, object]:
        return {"count": len(committed), "at": {} if count else committed}

    return app


def main(part: str, port: str, other: str) -> None:
    match part:
        case "relay":
            uvicorn.run(relay(int(other)), port=int(port), log_level="warning")
        case "api":
            uvicorn.run(api(other), port=int(port), log_level="warning")
        case "worker":
            work(int(port), int(other))


if __name__ == "__main__":
    main(*sys.argv[1:])
