"""Prices of models: a generated table that ships, and the user's own rows over it."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.config import human_file
from swarm.errors import ConfigError

SHIPPED = Path(__file__).with_name("prices.toml")
USER_FILE = "prices.toml"
MILLION = 1_000_000
ROW = '"model" = { in = 1.0, cached = 0.1, written = 1.25, out = 5.0 }'
_DATE = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest|00\d)$")
_COLUMNS = ("in", "cached", "written", "written_1h", "out")


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of one answer; none is counted twice."""

    input: int = 0
    """Read anew."""
    cache_read: int = 0
    cache_write: int = 0
    """Written into a cache, however long it is kept there."""
    cache_write_1h: int = 0
    """Those of `cache_write` that are kept for an hour."""
    output: int = 0

    @property
    def all_input(self) -> int:
        """The input as it counts towards a threshold."""
        return self.input + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of each kind."""

    input: float
    cache_read: float
    output: float
    cache_write: float = 0.0
    cache_write_1h: float = 0.0
    threshold: int = 0
    """Input tokens above which `above` counts for the whole request; 0 for never."""
    above: "Price | None" = None

    def of(self, tokens: TokenCounts) -> float:
        """The cost of so many tokens."""
        if self.above and tokens.all_input > self.threshold:
            return self.above.of(tokens)
        dollars = (
            tokens.input * self.input
            + tokens.cache_read * self.cache_read
            + (tokens.cache_write - tokens.cache_write_1h) * self.cache_write
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.output * self.output
        )
        return round(dollars / MILLION, 6)


class Prices:
    """Finds a model's price by its whole name."""

    def __init__(
        self, shipped: Mapping[str, Price], own: Mapping[str, Price] | None = None
    ) -> None:
        self._shipped = shipped
        self._own = own or {}

    def find(self, model: str) -> Price | None:
        """The model's price, or None if no table names it.

        A dated release costs what its model does (`claude-opus-4-6-20260101`). Only a
        row of the user's own stands for every other model whose name begins with it.
        """
        name = model.rpartition("/")[2].lower()
        for candidate in dict.fromkeys((model, name, without_date(name))):
            for table in (self._own, self._shipped):
                if candidate in table:
                    return table[candidate]
        beginnings = [row for row in self._own if model.startswith(row)]
        return self._own[max(beginnings, key=len)] if beginnings else None


def without_date(name: str) -> str:
    """The model's name without the date or mark of one release of it."""
    return _DATE.sub("", name)


def load(config_file: Path) -> Prices:
    """The shipped table and `prices.toml` beside the config; ConfigError names both."""
    user_file = config_file.with_name(USER_FILE)
    own = _read(user_file) if human_file.is_there(user_file) else {}
    return Prices(_shipped(), own)


@functools.cache
def _shipped() -> Mapping[str, Price]:
    return _read(SHIPPED)


def _read(file: Path) -> dict[str, Price]:
    try:
        body = tomllib.loads(human_file.text(file))
        _check_version(body.pop("version", 1))
        return {name: _price(row) for name, row in body.items()}
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{file}: a row lacks {error}", hint=f"a row is `{ROW}`"
        ) from error


def _check_version(version: Any) -> None:
    if type(version) is not int or version != 1:
        raise ValueError("version: must be a number; this swarm reads 1 alone")


def _price(row: dict[str, Any]) -> Price:
    above = _rates(row, "above_") if "above" in row else None
    threshold = int(row.get("above", 0))
    return _rates(row, "", threshold, above)


def _rates(
    row: dict[str, Any], prefix: str, threshold: int = 0, above: Price | None = None
) -> Price:
    """The columns with a prefix, or those without it; absent ones by the usual ratio.

    A cache write costs a quarter more than input and twice as much for an hour, as
    Anthropic and OpenAI have it; a vendor without a price for cache reads gives none.
    """
    columns = {
        column: float(row[key])
        for column in _COLUMNS
        for key in (column, prefix + column)  # the later one wins
        if key in row
    }
    read, output = columns["in"], columns["out"]
    return Price(
        input=read,
        cache_read=columns.get("cached", read),
        output=output,
        cache_write=columns.get("written", read * 1.25),
        cache_write_1h=columns.get("written_1h", read * 2),
        threshold=threshold,
        above=above,
    )
