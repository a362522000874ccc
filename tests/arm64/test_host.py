"""What is taken from this machine: settings as apt and pip tell them, never a file of theirs."""

import os
from pathlib import Path

from tests.arm64.host import CERTIFICATES, DEFAULT_MIRROR, as_variables, lent_paths, mirror_among, pip_settings


def test_the_mirror_is_debians_own_archive_of_this_machine() -> None:
    targets = [
        "Third Party|Third Party|main|https://packages.example/debian/",
        "Debian|Debian-Security|main|http://mirror.example/debian-security/",
        "Debian|Debian|contrib|http://contrib.example/debian/",
        "Debian|Debian|main|cdrom:[Debian]/",
        "Debian|Debian|main|http://mirror.example/debian/",
    ]
    assert mirror_among(targets) == "http://mirror.example/debian"
    assert mirror_among(targets[:4]) == DEFAULT_MIRROR
    assert mirror_among(["", "Ubuntu|Ubuntu|main|http://ubuntu.example/ubuntu/"]) == DEFAULT_MIRROR


def test_of_pips_settings_the_nearer_wins_and_only_those_about_packages_count() -> None:
    listing = "\n".join(
        (
            ":env:.find-links='/wheels'",
            "global.cache-dir='/home/somebody/.cache'",
            "global.extra-index-url='file:///a/simple\\nfile:///b/simple'",
            "global.find-links='/elsewhere'",
            "global.index-url='https://far.example/simple'",
            "install.index-url='https://near.example/simple'",
            "list.format='columns'",
        )
    )
    assert as_variables(listing) == {
        "PIP_FIND_LINKS": "/wheels",
        "PIP_EXTRA_INDEX_URL": "file:///a/simple file:///b/simple",
        "PIP_INDEX_URL": "https://near.example/simple",
    }


def test_pip_itself_is_asked(tmp_path: Path) -> None:
    config, bundle = tmp_path / "pip.conf", tmp_path / "bundle.pem"
    config.write_text("[global]\nindex-url = https://index.example/simple\ntarget = /somewhere\n")
    bundle.touch()
    plain = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
    environ = {
        **plain,
        "PIP_CONFIG_FILE": str(config),
        "REQUESTS_CA_BUNDLE": str(bundle),
        "https_proxy": "http://p:3128",
    }
    settings = pip_settings(environ)
    assert settings["PIP_INDEX_URL"] == "https://index.example/simple"
    assert settings["https_proxy"] == "http://p:3128"
    assert "PIP_TARGET" not in settings
    assert "PIP_CERT" in settings, "the bundle, unless this machine's own settings name another"
    assert pip_settings({**environ, "PIP_CERT": "/named"})["PIP_CERT"] == "/named"


def test_what_the_settings_name_here_is_lent(tmp_path: Path) -> None:
    wheels, index, files = tmp_path / "wheels", tmp_path / "an index", tmp_path / "mirror" / "files"
    for folder in (wheels, index, files, files.with_name("simple")):
        folder.mkdir(parents=True)
    settings = {
        "PIP_FIND_LINKS": f"{wheels} https://links.example /not/there",
        "PIP_EXTRA_INDEX_URL": f"file://{str(index).replace(' ', '%20')} file://{files.parent}/simple",
        "https_proxy": "http://proxy.example",
    }
    lent = lent_paths(settings)
    assert {wheels, index, files.parent} <= set(lent), "an index with its files, which lie beside it"
    assert (CERTIFICATES in lent) is CERTIFICATES.exists()
    assert all(path.exists() for path in lent)
