"""Whatever is changed in a bundle is found, and what nobody changed is not refused.

`INVIGIL_MUTATIONS` is how many (`make mutations COUNT=100000`); each is made from its number and can be repeated.
"""

import os
import random

import pytest

from tests.support.bundles import check
from tests.support.mutations import MUTATIONS, Mutation, sealed

COUNT = int(os.environ.get("INVIGIL_MUTATIONS", "10000"))
EACH = -(-COUNT // len(MUTATIONS))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_change_is_found_and_named(mutation: Mutation) -> None:
    for number in range(EACH):
        tampered = mutation(random.Random(f"{mutation.__name__} {number}"))
        if tampered.data == sealed():
            continue
        report = check(tampered.data)
        said = " | ".join(str(finding) for finding in report.findings)
        assert report.verdict == "broken", f"{mutation.__name__} {number} was not found: {said}"
        assert tampered.named in said, f"{mutation.__name__} {number}: {tampered.named!r} is not named in: {said}"


def test_mutations_change_something() -> None:
    """None of them may be counted for leaving the bundle as it was."""
    for mutation in MUTATIONS:
        changed = sum(mutation(random.Random(f"{mutation.__name__} {number}")).data != sealed() for number in range(40))
        assert changed >= 38, mutation.__name__
