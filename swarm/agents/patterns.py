"""Regular expressions of agents' files, compiled once."""

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def compiled(expression: str) -> re.Pattern[str]:
    """The expression; the reader of the files has refused one that is none."""
    return re.compile(expression)
