"""The event loop of every process of the gate."""

import asyncio
from collections.abc import Coroutine
from typing import Any

try:
    import uvloop  # type: ignore[import-not-found]  # only in the gate's image
except ImportError:
    uvloop = None


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to its end on uvloop, or on asyncio's own loop if there is none."""
    if uvloop:
        uvloop.run(main)
    else:
        asyncio.run(main)
