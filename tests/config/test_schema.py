"""A size, a count and a key are read strictly."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from swarm.config.schema import Budget, Checkpoint, Size

SIZE = TypeAdapter(Size)


@pytest.mark.parametrize(
    ("text", "size"),
    [("512MiB", 512 << 20), ("4 gib", 4 << 30), ("1KiB", 1 << 10), ("7b", 7), (5, 5)],
)
def test_a_size_is_bytes_with_a_unit(text: Any, size: int) -> None:
    assert SIZE.validate_python(text) == size


@pytest.mark.parametrize("text", ["lots", "1.5GiB", "1GB", "0", -1, True, ""])
def test_what_is_no_size_is_refused(text: Any) -> None:
    """`GB` could mean either of two numbers."""
    with pytest.raises(ValidationError):
        SIZE.validate_python(text)


def test_tokens_may_be_written_short() -> None:
    assert Budget(tokens="1.5M", dollars=0).tokens == 1_500_000  # type: ignore[arg-type]  # as TOML has it


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Checkpoint(minutes=1, keep=1, kep=2)  # type: ignore[call-arg]  # the mistake


def test_a_setting_does_not_change_later() -> None:
    checkpoint = Checkpoint(minutes=1, keep=1)

    with pytest.raises(ValidationError):
        checkpoint.keep = 2
