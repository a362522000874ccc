"""`invigil release key|build|sign|verify`: making releases, on the machine of who vouches for them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from contract import release as contract
from contract.release import Target, load_keys, made_at_text, open_release
from contract.wire import InvalidError
from provisioning import console, programs
from provisioning.console import ProvisioningError
from provisioning.release.build import Recipe, add_signature, build
from provisioning.release.keys import PASSWORD_VARIABLE, load_key, make_key
from provisioning.update.requests import open_plain

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make, sign and check releases for devices.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ReleasePath = Annotated[Path, typer.Argument(metavar="RELEASE", help="invigil-VERSION.release")]

KEY_EPILOG = f"""\b
Example: invigil release key centre-2026.key

\b
Writes centre-2026.key (0600, protected by a password) and centre-2026.pem, which devices get in
/opt/invigil/release-keys and the hub in DATA/release-keys. Keep the key off the machines that it signs for.
The password is asked, or taken from {PASSWORD_VARIABLE}.
Exit codes: 0 made · 1 failed, nothing was written over · 2 the command line was not understood."""

BUILD_EPILOG = """\b
Example: invigil release build 1.4.0 --wheels aarch64/3.13=wheels/trixie --wheels aarch64/3.11=wheels/bookworm

\b
Each folder holds the wheels of the lock for one kind of board: on such a board, or with pip's --platform,
  pip download --only-binary :all: --require-hashes -r requirements/agent.txt -d wheels/trixie
Exit codes: 0 built, not signed yet · 1 failed · 2 the command line was not understood."""

SIGN_EPILOG = f"""\b
Example: invigil release sign invigil-1.4.0.release --key centre-2026.key

\b
A release may carry several signatures; a device needs one that it trusts.
The key's password is asked, or taken from {PASSWORD_VARIABLE}.
Exit codes: 0 signed · 1 failed, the release is as it was · 2 the command line was not understood."""

VERIFY_EPILOG = """\b
Example: invigil release verify invigil-1.4.0.release --keys /opt/invigil/release-keys --json

\b
Exit codes: 0 whole, and signed by one of these keys · 1 not so · 2 the command line was not understood."""


@app.command(epilog=KEY_EPILOG)
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key is to lie; its name is what people see.")],
    no_password: Annotated[bool, typer.Option("--no-password", help="The file alone signs: for tests.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key that signs releases."""
    password = "" if no_password else _password(again=True)
    public = make_key(file, password)
    console.done(f"{file} signs; {public} goes to devices and hub")
    if as_json:
        console.print_json({"key": str(file), "public": str(public)})


@app.command(name="build", epilog=BUILD_EPILOG)
def build_release(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Such as 1.4.0, as in pyproject.toml.")],
    wheels: Annotated[
        list[str], typer.Option("--wheels", metavar="MACHINE/PYTHON=DIR", help="Once for each kind of board.")
    ],
    lock: Annotated[Path, typer.Option("--lock", help="Lock file with hashes.")] = Path("requirements/agent.txt"),
    package: Annotated[Path | None, typer.Option("--package", help="Our wheel; default: made of --source.")] = None,
    source: Annotated[Path, typer.Option("--source", help="Checkout that the wheel is made of.")] = Path(),
    notes: Annotated[str, typer.Option("--notes", help="What is new, for technicians.")] = "",
    minimum_from: Annotated[str | None, typer.Option("--minimum-from", help="Oldest version it installs over.")] = None,
    floor: Annotated[str | None, typer.Option("--floor", help="Devices never go back below it again.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Default: invigil-VERSION.release here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a release together. It is of no use until it is signed."""
    file = out or Path(f"invigil-{version}.release")
    folders = dict(_target(each) for each in wheels)
    with TemporaryDirectory() as folder, console.download_progress() as bar:
        task = bar.add_task(file.name, total=None)
        ours = package or _own_wheel(source, Path(folder), version)
        recipe = Recipe(version, datetime.now(UTC), ours, lock, folders, notes, minimum_from, floor)
        manifest = build(recipe, file, lambda count: bar.advance(task, count))
    console.done(f"{file}: {len(manifest.files)} wheels for {', '.join(map(str, manifest.targets))}")
    if as_json:
        console.print_json({"release": str(file), "manifest": manifest.model_dump(mode="json")})
    else:
        console.notes.print(f"  → next: invigil release sign {file} --key FILE")


@app.command(epilog=SIGN_EPILOG)
def sign(
    release: ReleasePath,
    key: Annotated[Path, typer.Option("--key", help="What `invigil release key` made.")],
    as_json: AsJson = False,
) -> None:
    """Vouch for a release with a key."""
    loaded = load_key(key, lambda: _password(again=False))
    signatures = add_signature(release, lambda manifest: contract.sign(loaded, manifest))
    console.done(f"{release} is signed, {len(signatures.signatures)} times in all")
    if as_json:
        console.print_json({"release": str(release), "signatures": len(signatures.signatures)})


@app.command(epilog=VERIFY_EPILOG)
def verify(
    release: ReleasePath,
    keys: Annotated[Path, typer.Option("--keys", help="Folder with public keys, *.pem.")],
    as_json: AsJson = False,
) -> None:
    """Check that a release is whole and signed by one of these keys."""
    try:
        with open_plain(release) as file, console.download_progress() as bar:
            opened = open_release(file, load_keys(keys))
            task = bar.add_task(release.name, total=sum(each.size_bytes for each in opened.manifest.files))
            for each in opened.manifest.files:
                for piece in opened.read(each):
                    bar.advance(task, len(piece))
    except OSError as error:
        raise ProvisioningError(f"{release} cannot be read: {error.strerror}") from error
    except InvalidError as error:
        if as_json:
            console.print_json({"ok": False, "release": str(release), "problem": str(error)})
        raise
    manifest = opened.manifest
    console.done(
        f"{manifest.version}, made {made_at_text(manifest.made_at)}: whole, signed by {', '.join(opened.signed_by)}"
    )
    if as_json:
        console.print_json(
            {
                "ok": True,
                "release": str(release),
                "signed_by": list(opened.signed_by),
                "manifest_sha256": opened.manifest_sha256,
                "manifest": manifest.model_dump(mode="json"),
            }
        )


def _target(text: str) -> tuple[Target, Path]:
    """`aarch64/3.13=DIR`."""
    kind, _, folder = text.partition("=")
    machine, _, python = kind.partition("/")
    try:
        return Target.configure({"machine": machine, "python": python}), Path(folder)
    except InvalidError as error:
        raise ProvisioningError(f"--wheels {text}: {error}", "it looks like aarch64/3.13=DIR") from error


def _own_wheel(source: Path, folder: Path, version: str) -> Path:
    """Built of the checkout with what is installed here, so that nothing is fetched."""
    pip = [programs.beside_python("python"), "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    programs.run([*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source.resolve())])
    made = list(folder.glob(f"invigil-{version}-*.whl"))
    if not made:
        found = ", ".join(path.name for path in folder.glob("*.whl"))
        raise ProvisioningError(f"{source.resolve()} makes {found}, not version {version}", "set it in pyproject.toml")
    return made[0]


def _password(*, again: bool) -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    return str(typer.prompt("Password of the release key", hide_input=True, confirmation_prompt=again, err=True))
