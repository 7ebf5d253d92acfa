"""The price table is made from the data set: whole names, each with what it costs."""

import datetime
import tomllib

from swarm.config import prices
from tools import model_prices

DAY = datetime.date(2026, 11, 28)


def test_a_written_table_is_read_back_with_every_column() -> None:
    """Thresholds and cache writes too."""
    table = tomllib.loads(model_prices.text(DAY))

    row = table["claude-sonnet-4-5"]
    assert (row["in"], row["cached"], row["written"], row["out"]) == (3, 0.3, 3.75, 15)
    assert (row["above"], row["above_in"], row["above_out"]) == (200_000, 6, 22.5)


def test_a_price_is_the_one_in_force_on_the_day() -> None:
    """The data set keeps earlier prices, and later ones that are announced."""
    early = model_prices.rows(datetime.date(2025, 6, 1))["o3"]

    assert (early["in"], model_prices.rows(DAY)["o3"]["in"]) == (10, 2)


def test_a_dated_name_is_listed_only_for_a_price_of_its_own() -> None:
    rows = model_prices.rows(DAY)

    assert "gpt-4o-2024-05-13" in rows
    assert "gpt-4o-2024-11-20" not in rows
    assert all(
        rows.get(prices.without_date(name)) != row
        for name, row in rows.items()
        if prices.without_date(name) != name
    )
