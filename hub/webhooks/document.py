"""Writes docs/webhooks.md: `python -m hub.webhooks.document > docs/webhooks.md`. A test holds the file to this."""

import json
import sys
from datetime import timedelta

from hub.webhooks.catalogue import CATALOGUE, describe, json_schema
from hub.webhooks.deliver import ATTEMPT_S, DELAYS_S, GIVE_UP, KEPT

_INTRODUCTION = """# Webhooks

The hub tells other programs what happens, with one HTTPS request for each event. An administrator adds a receiver
with `POST /api/v1/webhooks` (`url`, `event_types`; none means all). The answer holds the **secret**, once.

## What a receiver gets

    POST /your/path HTTP/1.1
    content-type: application/json
    webhook-id: msg_0d5b1c3e7a2f4b6c8d9e0f1a2b3c4d5e
    webhook-timestamp: 1777885200
    webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

    {{"type": "…", "timestamp": "…", "data": {{…}}}}

Signed as [Standard Webhooks](https://www.standardwebhooks.com) says, so their libraries check it. By hand:

    key       = base64-decode(secret without "whsec_")
    signature = base64(HMAC-SHA256(key, webhook-id + "." + webhook-timestamp + "." + body))

Compare it with what follows `v1,` in constant time, and refuse a timestamp that is more than five minutes off: then
nobody can send a recorded message again. A message may come twice, with the same `webhook-id`, and messages may come
in another order than they happened: `data` has times.

Answer with a status of 2xx within {attempt:.0f} seconds, and work afterwards. Anything else, redirects too, is a
failure: the message is sent again after {delays}, then every {last}, for {give_up}. A receiver that takes nothing for
{give_up}, or answers 410, is switched off, and `GET /api/v1/webhooks` says why; `PATCH` it with `enabled` to switch
it on again. `GET /api/v1/webhooks/{{id}}/deliveries` shows what became of each message, for {kept} days; `POST
…/test` sends one, and `POST …/deliveries/{{message_id}}/retry` one again at once. Settings → Webhooks on the
dashboard does all of this. Beyond 10,000 that wait for one receiver, the oldest are given up.

Only addresses outside are connected to: whoever may add a webhook must not reach the hub's own network by it.
`allow_private = true` under `[webhooks]` in `hub.toml` permits addresses inside, and plain http, where the receiver
is one's own.

Payloads name things by id and hold no candidate's name. Fields may be added; ignore those that you do not know.
"""


def document() -> str:
    words = [_words(seconds) for seconds in DELAYS_S]
    parts = [
        _INTRODUCTION.format(
            attempt=ATTEMPT_S,
            delays=", ".join(words),
            last=words[-1],
            give_up="a day" if timedelta(hours=24) == GIVE_UP else str(GIVE_UP),
            kept=KEPT.days,
        ),
        "## Events\n",
        *(f"- [`{name}`](#{name.replace('.', '')}): {describe(kind)}" for name, kind in CATALOGUE.items()),
        "\n`GET /api/v1/webhooks/events` gives the same schemas to programs.\n",
    ]
    for name, kind in CATALOGUE.items():
        schema = json.dumps(json_schema(kind), indent=2, ensure_ascii=False)
        parts.append(f"### {name}\n\n{describe(kind)}\n\n```json\n{schema}\n```\n")
    return "\n".join(parts)


def _words(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


if __name__ == "__main__":
    sys.stdout.write(document())
