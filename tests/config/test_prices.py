"""Prices of models: whole names, thresholds, caches, and the user's own rows."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from swarm.config import prices
from swarm.config.prices import Price, TokenCounts
from swarm.errors import ConfigError


@pytest.mark.parametrize(
    ("model", "read", "written"),
    [
        ("gpt-5-pro", 15, 120),
        ("gpt-5-pro-2025-10-06", 15, 120),
        ("gpt-5.5", 5, 30),
        ("gpt-5", 1.25, 10),
        ("gpt-5-mini-2025-08-07", 0.25, 2),
        ("o3", 2, 8),
        ("o3-pro", 20, 80),
        ("claude-opus-4-6", 5, 25),
        ("claude-opus-4-6-20260101", 5, 25),
        ("claude-opus-4-6@20260101", 5, 25),
        ("claude-opus-4-1-20250805", 15, 75),
        ("claude-sonnet-4-20250514", 3, 15),
        ("gpt-4o-mini", 0.15, 0.6),
        ("gpt-4o-mini-2024-07-18", 0.15, 0.6),
        ("gpt-4o-2024-11-20", 2.5, 10),
        ("gpt-4o-2024-05-13", 5, 15),
        ("gemini-2.5-flash-lite", 0.1, 0.4),
        ("models/gemini-2.5-flash", 0.3, 2.5),
    ],
)
def test_a_model_costs_what_its_whole_name_says(
    tmp_path: Path, model: str, read: float, written: float
) -> None:
    """A dated release costs what the model does, unless it is listed itself."""
    price = prices.load(tmp_path / "config.toml").find(model)

    assert price is not None
    assert (price.input, price.output) == (read, written)


@pytest.mark.parametrize("model", ["", "gpt", "gpt-5-pro-max", "claude-opus-99", "o3x"])
def test_a_name_that_nobody_lists_has_no_price(tmp_path: Path, model: str) -> None:
    """The beginning of a name says nothing: a budget of dollars is closed then."""
    assert prices.load(tmp_path / "config.toml").find(model) is None


def test_every_kind_of_token_has_its_price(tmp_path: Path) -> None:
    """A turn of an agent that fills its cache costs far more than its input."""
    price = prices.load(tmp_path / "config.toml").find("claude-sonnet-4-6")
    turn = TokenCounts(input=12, cache_read=2_000, cache_write=48_000, output=500)

    assert price is not None
    assert price.of(turn) == pytest.approx(0.188, abs=0.0005)
    assert turn.all_input + turn.output == 50_512


def test_a_cache_that_is_kept_for_an_hour_costs_more() -> None:
    price = Price(3.0, 0.3, 15.0, cache_write=3.75, cache_write_1h=6.0)

    assert price.of(TokenCounts(cache_write=1_000_000)) == 3.75
    assert price.of(TokenCounts(cache_write=1_000_000, cache_write_1h=500_000)) == 4.875


def test_above_its_threshold_the_whole_request_costs_more(tmp_path: Path) -> None:
    """Tokens from a cache count towards it as well."""
    price = prices.load(tmp_path / "config.toml").find("gpt-5.5")
    assert price is not None

    within = price.of(TokenCounts(input=272_000))
    above = price.of(TokenCounts(input=272_000, cache_read=1))

    assert within == pytest.approx(0.272 * 5)
    assert above == pytest.approx(0.272 * 10, abs=1e-5)


def test_the_user_s_own_price_wins(tmp_path: Path) -> None:
    """Contracts differ; a file of an earlier version still counts."""
    (tmp_path / "prices.toml").write_text(
        '"gpt-5" = { in = 0.5, cached = 0.1, out = 1.0 }\n'
        '"our-model" = { in = 1.0, out = 2.0 }\n'
    )
    table = prices.load(tmp_path / "config.toml")

    own, dated = table.find("gpt-5"), table.find("gpt-5-2025-08-07")
    pro, longer = table.find("gpt-5-pro"), table.find("our-model-large")

    assert own == dated == Price(0.5, 0.1, 1.0, 0.625, 1.0)
    assert pro is not None
    assert pro.input == 15
    assert longer is not None
    assert (longer.input, longer.cache_read) == (1.0, 1.0)


@pytest.mark.parametrize("text", ["[", '"m" = { in = 1 }\n', '"m" = 3\n'])
def test_a_bad_table_is_named(tmp_path: Path, text: str) -> None:
    """With the file, so that it can be mended."""
    (tmp_path / "prices.toml").write_text(text)

    with pytest.raises(ConfigError, match=r"prices\.toml"):
        prices.load(tmp_path / "config.toml")


def test_the_program_does_not_import_the_data_set() -> None:
    """It takes a third of a second and brings an HTTP client."""
    code = (
        "import sys; from pathlib import Path; from swarm.config import prices; "
        "prices.load(Path('config.toml')); print('genai_prices' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_the_shipped_table_says_where_it_comes_from() -> None:
    text = prices.SHIPPED.read_text(encoding="utf-8")

    assert "make prices" in text
    assert "genai-prices" in text
    assert len(tomllib.loads(text)) > 100


def test_a_table_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('version = "1"\n')

    with pytest.raises(ConfigError, match=r"prices\.toml: version"):
        prices.load(tmp_path / "config.toml")

    (tmp_path / "prices.toml").write_text("version = 1\n")
    prices.load(tmp_path / "config.toml")
