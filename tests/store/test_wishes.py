"""A wish is inserted by a front end, read by the keeper, and decided once."""

from pathlib import Path

import pytest

from swarm.errors import Refused, SwarmError
from swarm.model.wishes import CollectGarbage, Stop
from swarm.store import wishes
from swarm.store.journal import Journal
from swarm.store.queries import Queries


def test_a_wish_is_open_until_it_is_decided(tmp_path: Path) -> None:
    file = tmp_path / "swarm.db"
    done = wishes.submit(file, Stop(1))
    refused = wishes.submit(file, CollectGarbage())
    queries, journal = Queries(file), Journal(file)

    before = [wish.id for wish in queries.wishes.open()]
    journal.answer(done, "stopped", {"task": 1})
    journal.refuse(refused, Refused("no", hint="later"))

    assert before == [done, refused]
    assert queries.wishes.open() == []
    assert queries.wishes.get(done).result == {"task": 1}
    assert queries.wishes.get(refused).hint == "later"
    journal.close()
    queries.close()


def test_a_folder_in_the_place_of_the_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SwarmError, match="cannot be opened"):
        wishes.submit(tmp_path, Stop(1))
