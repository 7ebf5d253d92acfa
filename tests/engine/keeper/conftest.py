"""What the keeper's parts stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.keeper.keeper_parts import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path / "home") as opened:
        yield opened
