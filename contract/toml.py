"""Files that people write: TOML read from a path, and whatever is wrong with it as one error."""

import tomllib
from pathlib import Path
from typing import Any

from contract.wire import InvalidError


def read_toml(path: Path) -> dict[str, Any]:
    """Raises `InvalidError`, which does not name the file."""
    try:
        return tomllib.loads(path.read_text())
    except RecursionError as error:
        raise InvalidError("brackets or tables lie too deep in each other") from error
    except (OSError, ValueError) as error:  # not TOML, not UTF-8, or a number of thousands of digits
        raise InvalidError(str(error)) from error
