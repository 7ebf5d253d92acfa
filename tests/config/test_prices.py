"""What tokens cost, and who may say so."""

from pathlib import Path

import pytest

from swarm.config import prices
from swarm.errors import ConfigError


def test_the_longest_name_that_fits_counts(tmp_path: Path) -> None:
    """A dated release of a model costs what the model does."""
    table = prices.load(tmp_path / "config.toml")

    mini, whole = table.find("gpt-5-mini-2025-08-07"), table.find("gpt-5-2025-08-07")

    assert mini is not None
    assert whole is not None
    assert mini.read < whole.read
    assert table.find("nobody-knows-it") is None


def test_a_sum_is_of_all_three_kinds() -> None:
    """Read anew, read from a cache, written."""
    price = prices.Price(3.0, 0.3, 15.0)

    assert price.of(1_000_000, 1_000_000, 1_000_000) == 18.3


def test_the_users_own_price_wins(tmp_path: Path) -> None:
    """Contracts differ."""
    (tmp_path / "prices.toml").write_text(
        '"gpt-5" = { in = 0.5, cached = 0.1, out = 1.0 }\n'
    )

    found = prices.load(tmp_path / "config.toml").find("gpt-5")

    assert found == prices.Price(0.5, 0.1, 1.0)


@pytest.mark.parametrize("text", ["[", '"m" = { in = 1 }\n', '"m" = 3\n'])
def test_a_bad_table_is_named(tmp_path: Path, text: str) -> None:
    """With the file, so that it can be mended."""
    (tmp_path / "prices.toml").write_text(text)

    with pytest.raises(ConfigError, match=r"prices\.toml"):
        prices.load(tmp_path / "config.toml")
