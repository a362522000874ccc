"""The agent's own errors. What a library raises becomes one of these at the edge where the library is called."""

from typing import Literal


class DetectorError(Exception):
    """A detector cannot start or cannot go on. The message says why and what to do; it is shown in health."""


class StorageError(Exception):
    """The device's own disk does not take or give what it should; `kind` lets the caller choose what to do."""

    def __init__(self, message: str, kind: Literal["full", "no_room", "corrupt", "failed"] = "failed") -> None:
        super().__init__(message)
        self.kind = kind


class BrokerError(Exception):
    """No connection to the broker. `counter` names it in health, the message says what to do."""

    def __init__(self, counter: str, message: str) -> None:
        super().__init__(message)
        self.counter = counter
