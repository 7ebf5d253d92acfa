"""What tokens cost: a dated table that ships, and the user's own over it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from swarm.errors import ConfigError

SHIPPED = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    read: float
    cached: float
    written: float

    def of(self, tokens_in: int, cached: int, out: int) -> float:
        """What so many cost."""
        spent = tokens_in * self.read + cached * self.cached + out * self.written
        return round(spent / MILLION, 6)


class Prices:
    """Looks a model up by the longest name that its own begins with."""

    def __init__(self, table: dict[str, Price]) -> None:
        self._table = table

    def find(self, model: str) -> Price | None:
        """The model's price, or None where nobody said one."""
        names = [name for name in self._table if model.startswith(name)]
        return self._table[max(names, key=len)] if names else None


def load(beside: Path) -> Prices:
    """The shipped table and `prices.toml` beside the config; ConfigError names both."""
    own = beside.with_name("prices.toml")
    table = _read(SHIPPED)
    if own.exists():
        table |= _read(own)
    return Prices(table)


def _read(file: Path) -> dict[str, Price]:
    try:
        body = tomllib.loads(file.read_text(encoding="utf-8"))
        return {
            name: Price(float(row["in"]), float(row["cached"]), float(row["out"]))
            for name, row in body.items()
        }
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{file}: a row lacks {error}",
            hint='a row is `"model" = { in = 1.0, cached = 0.1, out = 5.0 }`',
        ) from error
