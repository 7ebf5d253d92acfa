"""A wish that is not there is named."""

from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.store.queries import Queries


def test_a_wish_of_another_number_is_an_error(tmp_path: Path) -> None:
    queries = Queries(tmp_path / "swarm.db")

    with pytest.raises(SwarmError, match="there is no wish 7"):
        queries.wishes.get(7)
    queries.close()
