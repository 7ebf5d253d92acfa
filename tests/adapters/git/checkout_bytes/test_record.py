"""A record is read back as it was written."""

from pathlib import Path

from swarm.adapters.git.checkout_bytes import record
from swarm.adapters.git.checkout_bytes.record import Record
from swarm.model.review import CheckoutBytes
from tests.adapters.git.git_helpers import task_with_worktree


def test_a_record_is_read_back(repo: Path) -> None:
    """With names that are no UTF-8, and with nothing once it was dropped."""
    task = task_with_worktree(repo)
    files = {
        "a\udcff": CheckoutBytes("1", ("ident",), plain=True),
        "b": CheckoutBytes(),
    }
    kept = Record("key", files, "2", "3")
    record.save(task, "4", kept)

    assert record.load(task, "4") == kept

    record.drop(task, "4")

    assert record.load(task, "4") == Record()
