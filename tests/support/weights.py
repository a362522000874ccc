"""The real weights, for tests of the real detectors."""

from pathlib import Path

import pytest

from contract.manifest import Manifest, check_weights, default_weights_dir, load_manifest
from contract.wire import InvalidError


def real_weights() -> tuple[Manifest, Path]:
    """Manifest and folder; the test fails with what to do when a default file is not there."""
    manifest, folder = load_manifest(), default_weights_dir()
    for entry in manifest.weights:
        if entry.default:
            try:
                check_weights(entry, folder)
            except InvalidError as error:
                pytest.fail(f"{error} (in a checkout, run: make models)")
    return manifest, folder
