"""docker-compose.yml and what it names, as far as that can be held without an engine."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from hub.__main__ import app
from hub.config import FileSettings

ROOT = Path(__file__).resolve().parents[2]
OURS = ("setup", "hub", "ingest")
ONCE = ("setup",)
MADE_BY_THE_OPERATOR = ("secrets/postgresql-password", "secrets/metrics-token", "turn.secret", "turn-tls")


def substituted(text: str) -> str:
    """As compose fills in `${NAME}`, `${NAME:-default}`, `${NAME:?message}` where nothing is set but what must be."""

    def value(match: re.Match[str]) -> str:
        _, operator, rest = match.groups()
        return {":?": "value.example", ":-": rest, ":+": ""}.get(operator or "", "")

    return re.sub(r"\$\{(\w+)(:[?+-])?([^}]*)\}", value, text).replace("$$", "$")


def loaded() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


COMPOSE = loaded()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def words(command: Any) -> list[str]:
    return (
        shlex.split(substituted(command)) if isinstance(command, str) else [substituted(str(each)) for each in command]
    )


def commands() -> list[list[str]]:
    """Every call of `invigil-hub`, with its arguments."""
    found = []
    for name in OURS:
        service = SERVICES[name]
        if "entrypoint" in service:
            script = substituted(service["command"][0]).replace("\\\n", " ")
            lines = [shlex.split(line) for line in script.splitlines() if line.strip()]
            assert all(line[0] == "invigil-hub" for line in lines), lines
            found += [line[1:] for line in lines]
        else:
            found.append(words(service["command"]))
    return found


@pytest.mark.parametrize("arguments", commands(), ids=lambda arguments: str(arguments[0]))
def test_every_command_is_one_that_the_program_has(arguments: list[str]) -> None:
    group: Any = typer.main.get_command(app)
    command = group.get_command(None, arguments[0])
    assert command is not None, arguments
    context = command.make_context(arguments[0], arguments[1:])
    assert str(context.params["data"]) == "/var/lib/invigil"


def test_volumes_secrets_and_files_are_there() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source, target = substituted(volume).split(":")[:2]
            assert target.startswith("/"), (name, volume)
            if not source.startswith("."):
                assert source in COMPOSE["volumes"], (name, volume)
            elif source.removeprefix("./") not in MADE_BY_THE_OPERATOR:
                assert (ROOT / source).exists(), (name, volume)
        for secret in service.get("secrets", []):
            assert secret in COMPOSE["secrets"], (name, secret)
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert set(COMPOSE["volumes"]) <= named
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for secret in COMPOSE["secrets"].values():
        path = substituted(secret["file"]).removeprefix("./")
        assert path in MADE_BY_THE_OPERATOR
        assert f"/{path.split('/')[0]}" in [line.rstrip("/") for line in ignored], "a secret must not be committed"


def test_every_service_that_stays_is_watched_pinned_and_without_rights_it_does_not_need() -> None:
    for name, service in SERVICES.items():
        if "build" not in service:
            assert re.fullmatch(r"[\w./-]+:\d[\w.-]+", service["image"]), f"{name}: name one version"
        for other in service.get("depends_on", {}):
            assert other in SERVICES
        if name in OURS:
            assert service["cap_drop"] == ["ALL"]
            assert service["read_only"] is True
        if name not in (*ONCE, "turn"):
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert service["restart"] == "unless-stopped"
        for variable in service.get("environment", {}):
            assert not re.search("PASSWORD$|SECRET$|TOKEN$", variable), f"{name}: {variable} belongs into a file"
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == len(set(ports))


def test_the_settings_fit_the_services() -> None:
    written = tomllib.loads((ROOT / "docker" / "hub.toml").read_text())
    settings = FileSettings.configure(written)
    assert settings.database is not None
    assert settings.broker is not None
    assert settings.broker.host in SERVICES
    host = re.search(r"@([\w-]+):", settings.database.url)
    assert host is not None
    assert host[1] in SERVICES
    postgresql = SERVICES[host[1]]["environment"]
    assert settings.database.url.endswith(f"/{postgresql['POSTGRES_DB']}")
    assert f"//{postgresql['POSTGRES_USER']}@" in settings.database.url
    for file in (settings.database.password_file, settings.metrics_token_file):
        assert file is not None
        assert file.parent == Path("/run/secrets")
        for name in OURS:
            assert file.name in SERVICES[name]["secrets"]
    (subnet,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert settings.proxy_addresses == (subnet["subnet"],)
    for name, port in (("hub", settings.port), ("ingest", 8081)):
        assert f"127.0.0.1:{port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]


def test_the_front_leads_to_the_hub_and_keeps_figures_inside() -> None:
    text = (ROOT / "docker" / "Caddyfile").read_text()
    assert text.count("{") == text.count("}")
    assert re.findall(r"reverse_proxy (\S+)", text) == ["hub:8080"]
    assert "/metrics" in text
    assert "{$INVIGIL_HOST}" in text
    assert "INVIGIL_HOST" in SERVICES["front"]["environment"]


def test_the_image_is_made_of_what_is_here_and_locked() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for step, rest in steps:
        if step == "FROM":
            assert re.fullmatch(r"\w+:\d+\.\d+\.\d+[\w-]*( AS \w+)?", rest), f"{rest}: name one version"
        if step == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert any(f"!{part}" in ignored for part in (source, source.split("/")[0])), f"{source} is left out"
    installs = [rest for step, rest in steps if step == "RUN" and "pip install" in rest]
    assert installs
    for install in installs:
        assert "--no-deps --no-build-isolation" in install or "--require-hashes -r requirements/hub.txt" in install
    assert [rest for step, rest in steps if step == "USER"] == ["10001:10001"]
    assert [step for step, _ in steps].index("USER") < [step for step, _ in steps].index("ENTRYPOINT")
    assert ["ENTRYPOINT", '["invigil-hub"]'] in steps


def test_the_lock_of_the_image_is_part_of_the_one_that_is_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.split(";")[0].split("\\")[0].strip() for line in lines if re.match(r"[a-z0-9]", line)}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {re.split(r"[\[<>=!~]", each)[0] for each in (*project["dependencies"], *extras["hub"], *extras["image"])}
    assert asked <= {pin.split("==")[0] for pin in pins("hub.txt")}, "run: make lock"
    assert pins("hub.txt") <= pins("runtime.txt")
