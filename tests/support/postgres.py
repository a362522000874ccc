"""A real PostgreSQL for tests: one server for each test process, and a database of its own for each data directory.

`INVIGIL_TEST_DATABASE` says what hubs in tests keep their data in: `sqlite` (the default) or `postgresql`.
"""

import atexit
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contract.device import TlsConfig
from hub.engines.postgres import PostgresConfig
from tests.support.processes import Program, free_port, wait_for

ON_POSTGRESQL = os.environ.get("INVIGIL_TEST_DATABASE", "sqlite") == "postgresql"
KEPT = 12
"""Databases of tests that ended are dropped but for the latest."""

WITH_PASSWORD = "careful"
"""A role that the server asks for a password; all others come in without one."""

_HERE = ("shared_buffers=64MB", "max_connections=200", "listen_addresses=")
_FAST = ("fsync=off", "full_page_writes=off")
"""What is lost with the machine is no loss to a test."""


class Server:
    """Started on a Unix socket in a folder of its own, as a user that PostgreSQL takes: never as root."""

    def __init__(self, *, durable: bool = False, tls: TlsConfig | None = None, follows: "Server | None" = None) -> None:
        """`tls`: also on `localhost`, by this certificate alone; `follows`: a standby of that one, of which it begins
        as a copy."""
        self.folder = Path(tempfile.mkdtemp(prefix="invigil-pg-"))
        self.data = self.folder / "data"
        self.port = 5432 if tls is None else free_port()
        self._databases: list[str] = []
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            self._as_user = [_program("setpriv"), "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
            shutil.chown(self.folder, "nobody", "nogroup")
        if follows is None:
            initdb = (
                "initdb",
                "-D",
                self.data,
                "-U",
                "invigil",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            )
            self._run(*initdb)
            access = self.data / "pg_hba.conf"
            access.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n" + access.read_text())
        else:
            copied = (
                "-h",
                follows.folder,
                "-p",
                str(follows.port),
                "-U",
                "invigil",
                "-D",
                self.data,
                "-R",
                "-c",
                "fast",
            )
            self._run("pg_basebackup", *copied, "--no-sync")
        settings = (*_HERE, *(() if durable else _FAST), *self._on_localhost(tls))
        options = [word for each in settings for word in ("-c", each)]
        # It ends with this process, also where that is killed.
        with_us = [_program("setpriv"), "--pdeathsig", "QUIT", *(self._as_user[1:] or ["--"])]
        command = [*with_us, _program("postgres"), "-D", self.data, "-k", self.folder, *options]
        self.program = Program([str(part) for part in command], self.folder / "postgres.log")
        self.start()

    @property
    def _at(self) -> tuple[str | Path, ...]:
        return "-h", self.folder, "-p", str(self.port), "-U", "invigil"

    def _on_localhost(self, tls: TlsConfig | None) -> tuple[str, ...]:
        if tls is None:
            return ()
        for file, name in ((tls.certificate, "server.crt"), (tls.key, "server.key")):
            at = self.folder / name
            shutil.copyfile(file, at)
            at.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(at, "nobody", "nogroup")
        files = (f"ssl_cert_file={self.folder}/server.crt", f"ssl_key_file={self.folder}/server.key")
        return ("listen_addresses=localhost", f"port={self.port}", "ssl=on", *files)

    def start(self) -> None:
        self.program.start()

        def ready() -> bool:
            self.program.must_run()
            return self._done("pg_isready", "-h", self.folder, "-p", str(self.port))

        wait_for("PostgreSQL", ready)

    def crash(self) -> None:
        """It ends in the middle of what it does. SIGQUIT, because a killed one would leave shared memory."""
        os.kill(self.program.pid, signal.SIGQUIT)
        wait_for("PostgreSQL to end", lambda: not self.program.running)

    def kill(self) -> None:
        """SIGKILL to the postmaster alone; its processes notice, and end."""
        self.program.kill()

    def backends(self) -> list[int]:
        """Processes that serve a hub, in no order; none while it recovers."""
        try:
            rows = self.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'invigil-hub'", "postgres")
        except AssertionError:
            return []
        return sorted(int(row[0]) for row in rows)

    def start_again(self) -> None:
        """After `kill`: not before the last of its processes is gone."""

        def ready() -> bool:
            if not self.program.running:
                self.program.start()
            return self._done("pg_isready", "-h", self.folder, "-p", str(self.port))

        wait_for("PostgreSQL to recover", ready)

    def stop(self) -> None:
        if self.program.running:
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        return f"postgresql://invigil@/{name}?host={self.folder}"

    def database(self, name: str, template: str = "template0") -> PostgresConfig:
        """The one of that name; where it is new, empty or a copy of `template`, which nobody may be connected to."""
        if name not in self._databases:
            self._run("createdb", *self._at, "-T", template, name)
            self._databases.append(name)
            while len(self._databases) > KEPT:
                self.drop(self._databases[0])
        return PostgresConfig(url=self.url(name))

    def make_template(self, name: str) -> PostgresConfig:
        """An empty database that stays as long as the server does."""
        self._run("createdb", *self._at, "-T", "template0", name)
        return PostgresConfig(url=self.url(name))

    def sql(self, statement: str, database: str = "postgres") -> None:
        self._run("psql", *self._at, "-d", database, "-qXc", statement)

    def ask(self, statement: str, database: str) -> list[list[str]]:
        """Rows as psql prints them."""
        said = self._run("psql", *self._at, "-d", database, "-qXAtc", statement)
        return [line.split("|") for line in said.splitlines()]

    def drop(self, name: str) -> None:
        self._databases.remove(name)
        self._run("dropdb", *self._at, "--force", "--if-exists", name)

    def _run(self, program: str, *arguments: str | Path) -> str:
        command = [*self._as_user, _program(program), *map(str, arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, f"{program}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def _done(self, program: str, *arguments: str | Path) -> bool:
        command = [_program(program), *map(str, arguments)]
        return subprocess.run(command, check=False, capture_output=True, cwd=self.folder).returncode == 0


@cache
def server() -> Server:
    """This process's; it ends with it."""
    started = Server()
    atexit.register(started.stop)
    return started


def own_database(data: Path, template: str = "template0") -> PostgresConfig:
    """The database that belongs to a data directory; the same one when it is asked again."""
    return server().database("t" + hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:20], template)


def database_at(data: Path) -> Path | PostgresConfig:
    """Where a test's hub in `data` keeps its rows: what `hub.db.Database` takes."""
    return own_database(data) if ON_POSTGRESQL else data / "hub.sqlite"


def configure(data: Path) -> None:
    """Lets programs that are given `data` use the database that is tested, unless a test wrote settings itself."""
    settings = data / "hub.toml"
    if ON_POSTGRESQL and not settings.exists():
        data.mkdir(parents=True, exist_ok=True)
        settings.write_text(f'[database]\nurl = "{own_database(data).url}"\n')


def rows_at(data: Path, statement: str) -> list[list[str]]:
    """What a running hub's database answers, read past the hub; every value as text."""
    if ON_POSTGRESQL:
        return server().ask(statement, urlsplit(own_database(data).url).path.lstrip("/"))
    with closing(sqlite3.connect(f"file:{data / 'hub.sqlite'}?mode=ro", uri=True)) as database:
        return [[str(value) for value in row] for row in database.execute(statement)]


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the PATH. Nothing is skipped where they are missing."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    path = os.pathsep.join([*map(str, debian), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.fail(f"{name} is not installed; run: make test (or: apt-get install postgresql)")
    return found
