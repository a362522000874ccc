"""docs/reference/topics.md: every topic, and every message that travels on it, with its fields."""

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from contract import messages as m
from contract.checkup import Checkup
from contract.topics import (
    HUB_FEED,
    HUB_STATUS,
    MAX_PAYLOAD_BYTES,
    PREFIX,
    TO_BOOTH,
    BoothChannel,
    booth_topic,
    reply_topic,
)
from hub.feed import Changes
from tests.reference.markdown import anchor, fields, page, prose, table


class Carried(NamedTuple):
    qos: Literal[0, 1]
    retained: str
    messages: tuple[type[BaseModel], ...]


def members(union: Any) -> tuple[type[BaseModel], ...]:
    """The models of an annotated union."""
    inner = get_args(union)[0] if hasattr(union, "__metadata__") else union
    return tuple(get_args(inner))


CHANNELS: Final[dict[BoothChannel, Carried]] = {
    "availability": Carried(1, "yes, and the last will", (m.Availability,)),
    "health": Carried(0, "", (m.Health,)),
    "events": Carried(1, "", (m.Event,)),
    "acks": Carried(1, "", (m.Ack,)),
    "desired": Carried(1, "yes", (m.Desired,)),
    "reported": Carried(1, "yes", (m.Reported,)),
    "commands": Carried(1, "expires", members(m.Command)),
    "checkup": Carried(1, "yes", (Checkup,)),
}
OTHERS: Final = {
    reply_topic("{process}"): ("booth →", Carried(1, "expires", members(m.Reply))),
    HUB_STATUS: ("hub →", Carried(1, "yes, and the last will", (m.HubStatus,))),
    HUB_FEED: ("hub → hub", Carried(0, "", (Changes,))),
}
INTRO: Final = f"""\
MQTT 5, TLS with client certificates. All topics begin with `{PREFIX}/`. A message is one JSON document of at most
{MAX_PAYLOAD_BYTES:,} bytes; unknown fields are ignored, what else does not fit is refused, counted and kept aside.
The broker's access list lets a booth write and read below its own name alone, which is the common name of its
certificate; `hub/replies/…` it may write, `hub/status` read. Commands carry a Response Topic and Correlation Data.
Why it is so: [DESIGN in decisions](../decisions/0002-one-event-one-message-hashed-as-sent.md)."""


def topics() -> str:
    assert set(CHANNELS) == set(get_args(BoothChannel)), "a channel without a line in tests/reference/topics.py"
    return page("Topics and messages", INTRO.replace("DESIGN in decisions", "decision 2"), _topics(), _messages())


def _topics() -> Iterator[str]:
    yield "## Topics\n"
    rows = []
    for channel, carried in CHANNELS.items():
        way = "hub → booth" if channel in TO_BOOTH else "booth →"
        rows.append((booth_topic("{booth}", channel), way, carried))
    rows += [(topic, way, carried) for topic, (way, carried) in OTHERS.items()]
    yield from table(
        ("topic", "direction", "QoS", "retained", "carries"),
        [
            (f"`{topic}`", way, str(carried.qos), carried.retained, _names(carried.messages))
            for topic, way, carried in rows
        ],
    )
    yield "Every body of an event (`body.type`), part of the chain:\n"
    bodies = [
        (f"`{_type(model)}`", _link(model), prose(model.__doc__).split("\n\n")[0]) for model in members(m.EventBody)
    ]
    yield from table(("type", "message", "says"), bodies)


def _messages() -> Iterator[str]:
    yield "## Messages\n"
    top = [
        model
        for _, carried in [*((None, each) for each in CHANNELS.values()), *OTHERS.values()]
        for model in carried.messages
    ]
    _, whole = models_json_schema([(model, "validation") for model in (*top, *members(m.EventBody))])
    schemas: dict[str, Any] = whole["$defs"]
    first = [model.__name__ for model in (*top, *members(m.EventBody))]
    for name in [*dict.fromkeys(first), *sorted(set(schemas) - set(first))]:
        schema = schemas[name]
        yield f"### {name}\n"
        yield prose(schema.get("description")) + "\n"
        yield from fields(schema, " ") if "properties" in schema else []


def _names(models: tuple[type[BaseModel], ...]) -> str:
    return ", ".join(_link(model) for model in models)


def _link(model: type[BaseModel]) -> str:
    return f"[{model.__name__}](#{anchor(model.__name__)})"


def _type(model: type[BaseModel]) -> str:
    return str(TypeAdapter(model).json_schema()["properties"]["type"]["const"])
