"""A paho subscriber that only receives, as a program.

    python -m tests.benchmarks.bare_subscriber HOST PORT CA CERTIFICATE KEY

Prints how many messages came since it last did, every 10 ms.
"""

import ssl
import sys
import threading
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from contract.topics import HUB_COMMON_NAME, all_booths


def main(host: str, port: str, ca: str, certificate: str, key: str) -> None:
    count = 0
    subscribed = threading.Event()

    def received(_client: paho.Client, _userdata: Any, _message: paho.MQTTMessage) -> None:
        nonlocal count
        count += 1

    def listen(client: paho.Client, *_: object) -> None:
        client.subscribe(all_booths("events"), qos=1)

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=HUB_COMMON_NAME, protocol=paho.MQTTv5)
    client.tls_set(ca, certificate, key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
    client.on_message = received
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = listen
    client.connect(host, int(port))
    client.loop_start()
    subscribed.wait()
    print("ready", flush=True)
    told = 0
    while True:
        time.sleep(0.01)
        if now := count - told:
            told += now
            print(now, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
