"""Enrolment against hubs that are wrong in every way a technician may meet. The right one: `cli/test_device.py`."""

import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contract.device import CameraConfig, load_device_config
from contract.messages import EnrolReply, EnrolRequest
from provisioning.console import ProvisioningError
from provisioning.enrolment import Enrolled, claim_code_from, enrol
from tests.support.authority import Authority
from tests.support.processes import free_port

Answer = Callable[[bytes], tuple[int, bytes]]


@contextmanager
def hub(answer: Answer, tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """A server that answers every POST with `answer(body)`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The test's output is the test's."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def signing(authority: Authority, *, name: str = "booth-7", ca: Authority | None = None) -> Answer:
    """A hub whose authority signs whatever it gets, as `name`."""

    def answer(body: bytes) -> tuple[int, bytes]:
        request = x509.load_pem_x509_csr(EnrolRequest.parse(body).csr_pem.encode())
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        reply = EnrolReply(
            booth="booth-7",
            certificate_pem=authority.sign(name, key),
            ca_pem=(ca or authority).pem,
            mqtt_host="127.0.0.1",
            mqtt_port=8883,
        )
        return 200, reply.to_json()

    return answer


def enrol_at(url: str, folder: Path, **changes: Any) -> Enrolled:
    arguments: dict[str, Any] = {"camera": CameraConfig(), "weights_dir": None, "ca": None, "force": False}
    return enrol(hub_url=url, claim_code="code", folder=folder, **arguments | changes)


def test_writes_a_folder_that_the_agent_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "device"
    camera = CameraConfig(kind="replay", source="/video.mp4", fps=10)
    with hub(signing(Authority.make())) as url:
        enrolled = enrol_at(url, folder, camera=camera, weights_dir=tmp_path)
    config = load_device_config(enrolled.config)
    assert (config.booth, config.camera, config.weights_dir) == ("booth-7", camera, tmp_path)
    assert (config.hub.url, config.hub.mqtt_port) == (url, 8883)
    assert {path.name for path in folder.iterdir()} == {"device.key", "device.pem", "ca.pem", "device.toml"}
    assert (folder / "device.key").stat().st_mode & 0o777 == 0o600


def test_never_overwrites_a_key_unless_told_to(tmp_path: Path) -> None:
    with hub(signing(Authority.make())) as url:
        enrol_at(url, tmp_path)
        key = (tmp_path / "device.key").read_bytes()
        with pytest.raises(ProvisioningError, match=r"device\.key exists") as caught:
            enrol_at(url, tmp_path)
        assert "--force" in caught.value.hint
        assert (tmp_path / "device.key").read_bytes() == key
        enrol_at(url, tmp_path, force=True)
    assert (tmp_path / "device.key").read_bytes() != key


def test_a_refused_code_shows_the_hubs_words_and_writes_nothing(tmp_path: Path) -> None:
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "this claim code was used before"}
    folder = tmp_path / "device"
    with (
        hub(lambda body: (403, json.dumps(problem).encode())) as url,
        pytest.raises(ProvisioningError, match="this claim code was used before") as caught,
    ):
        enrol_at(url, folder)
    assert "invigil-hub booth add" in caught.value.hint
    assert not folder.exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda body: (200, b"<html>a router's login page</html>"), "does not answer as a hub"),
        (lambda body: (200, b"{}"), "does not answer as a hub"),
        (lambda body: (500, b""), "HTTP 500"),
        (signing(Authority.make(), ca=Authority.make("another")), "not signed by the authority"),
        (signing(Authority.make(), name="booth-8"), "another key or name"),
    ],
    ids=["web page", "empty", "broken", "foreign authority", "another booth"],
)
def test_a_wrong_answer_is_refused_and_writes_nothing(tmp_path: Path, answer: Answer, words: str) -> None:
    folder = tmp_path / "device"
    with hub(answer) as url, pytest.raises(ProvisioningError, match=words):
        enrol_at(url, folder)
    assert not folder.exists()


def test_a_certificate_for_another_key_is_refused(tmp_path: Path) -> None:
    authority = Authority.make()
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    reply = EnrolReply(
        booth="booth-7",
        certificate_pem=authority.sign("booth-7", other),
        ca_pem=authority.pem,
        mqtt_host="127.0.0.1",
        mqtt_port=1,
    )
    with hub(lambda body: (200, reply.to_json())) as url, pytest.raises(ProvisioningError, match="another key"):
        enrol_at(url, tmp_path)


def test_an_https_hub_of_an_unknown_authority_needs_it_named(tmp_path: Path) -> None:
    authority = Authority.make()
    ca = tmp_path / "ca.pem"
    ca.write_text(authority.pem)
    with hub(signing(authority), tls=authority.write_server(tmp_path)) as url:
        with pytest.raises(ProvisioningError, match="does not trust") as caught:
            enrol_at(url, tmp_path / "device")
        assert "--ca" in caught.value.hint
        with pytest.raises(ProvisioningError, match="cannot be used as an authority"):
            enrol_at(url, tmp_path / "device", ca=tmp_path / "server.key")
        assert enrol_at(url, tmp_path / "device", ca=ca).booth == "booth-7"


def test_nobody_there_and_no_address(tmp_path: Path) -> None:
    with pytest.raises(ProvisioningError, match="does not answer") as caught:
        enrol_at(f"http://127.0.0.1:{free_port()}", tmp_path)
    assert caught.value.hint
    for address in ("hub.example:8443", "ftp://hub.example", "http://[::"):
        with pytest.raises(ProvisioningError, match="not an address"):
            enrol_at(address, tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with hub(signing(Authority.make())) as url, pytest.raises(ProvisioningError, match="cannot be written"):
        enrol_at(url, tmp_path / "file" / "device")


def test_the_claim_code_comes_from_option_stdin_or_environment() -> None:
    environ = {"INVIGIL_CLAIM_CODE": "from-env"}
    assert claim_code_from(environ, None, None) == "from-env"
    assert claim_code_from(environ, "given", None) == "given"
    assert claim_code_from(environ, "-", " from-stdin\n") == "from-stdin"
    assert claim_code_from({}, "-", "\n") is None
    assert claim_code_from({}, None, None) is None
