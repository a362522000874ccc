"""Every error the hub raises on purpose; what libraries raise becomes one of these at the edge."""


class HubError(Exception):
    """Base. `hint` says what to do about it; the command line prints both."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class RefusedError(HubError):
    """A request that is answered with a problem document (RFC 9457): `status` and what the caller can do."""

    def __init__(self, status: int, title: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(title, hint=detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}


class BrokerError(HubError):
    """The MQTT broker cannot be started or reached."""


class StoreError(HubError):
    """The database or the evidence folder cannot be read or written. A later attempt may succeed, unless it is
    `lasting`: then it is the data that is not acceptable."""

    def __init__(self, message: str, *, hint: str = "", lasting: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.lasting = lasting


class CertificateError(HubError):
    """A key, certificate or signing request that the hub does not accept."""
