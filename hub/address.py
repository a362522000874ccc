"""Where the broker is: for this process, with what it shows there, and for devices."""

from pathlib import Path
from typing import NamedTuple

from hub.config import BrokerConfig, Settings
from hub.devices.admission import MqttAddress
from hub.devices.certificates import Authority, KeyPair
from hub.mqtt import BrokerAddress


class Reached(NamedTuple):
    by_hub: BrokerAddress
    by_devices: MqttAddress


def of_own_broker(settings: Settings, port: int, authority: Authority) -> Reached:
    """The broker that this process has started."""
    keys = authority.issue_hub(settings.name)
    return Reached(
        BrokerAddress(settings.local_host, port, authority.certificate_file, keys.certificate, keys.key),
        MqttAddress(settings.reach_host, port),
    )


def of_external_broker(config: BrokerConfig, settings: Settings, authority: Authority) -> Reached:
    """A broker that runs by itself. Relative paths are taken from the data directory."""
    if config.certificate is not None and config.key is not None:
        keys = KeyPair(settings.data / config.certificate, settings.data / config.key)
    else:
        keys = authority.issue_hub(settings.name)
    ca: Path = authority.certificate_file if config.ca is None else settings.data / config.ca
    return Reached(
        BrokerAddress(config.host, config.port, ca, keys.certificate, keys.key),
        MqttAddress(config.public_host or settings.public_host or config.host, config.public_port or config.port),
    )
