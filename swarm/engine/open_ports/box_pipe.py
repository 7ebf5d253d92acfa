"""The one pipe into a box that all connections to its ports share."""

import asyncio
import logging
from collections.abc import Callable

from swarm.errors import SwarmError, ToolError
from swarm.gate.port_channels import Channel, Channels, Outlet
from swarm.gate.port_frames import BadFrame
from swarm.gate.port_guard import Place
from swarm.ports import Pipe

RELAY = ["python3", "-m", "swarm.gate.port_relay"]
HELLO_SECONDS = 20.0
IDLE_SECONDS = 300.0
"""After the last connection the relay in the box is ended."""

_LOG = logging.getLogger(__name__)


class BoxPipe:
    """Opened by the first connection; all methods belong to one event loop."""

    def __init__(self, open_pipe: Callable[[], Pipe]) -> None:
        """`open_pipe` starts the relay in the box; it blocks, and raises ToolError."""
        self._open_pipe = open_pipe
        self._opening: asyncio.Future[Channels] | None = None
        self._pipe: Pipe | None = None
        self._channels: Channels | None = None
        self._serves = asyncio.Event()
        self._closings = 0
        self._idle: asyncio.TimerHandle | None = None

    async def connect(self, place: Place) -> Channel:
        """Begin a connection; SwarmError in words for its user."""
        channels = self._channels
        if channels is None or not self._serves.is_set():
            if self._opening is None or self._opening.done():
                self._opening = asyncio.ensure_future(self._open(self._closings))
            # A connection that goes away leaves the pipe to the next one.
            channels = await asyncio.shield(self._opening)
            if channels is not self._channels:
                raise ToolError("the way into its box was closed at this moment")
        try:
            channel = channels.open(place.encoded())
        except ConnectionRefusedError as error:
            raise ToolError(
                f"{error} into this box; close some, and load this page again"
            ) from error
        self._look_soon()
        return channel

    def close(self) -> None:
        """End the relay and every connection; `connect` begins anew."""
        self._closings += 1
        channels, self._channels = self._channels, None
        pipe, self._pipe = self._pipe, None
        self._serves.set()
        if pipe:
            asyncio.get_running_loop().remove_reader(pipe.fileno())
        if channels is not None:
            channels.close()
        if pipe:
            pipe.close()
        if self._idle:
            self._idle.cancel()

    async def end(self) -> None:
        """Close it, and wait until one that is just opened is closed, too."""
        self.close()
        if self._opening:
            await asyncio.gather(self._opening, return_exceptions=True)

    async def _open(self, closings: int) -> Channels:
        loop = asyncio.get_running_loop()
        try:
            pipe = await loop.run_in_executor(None, self._open_pipe)
        except SwarmError as error:
            raise ToolError(f"its box cannot be reached: {error.message}") from error
        if closings != self._closings:
            pipe.close()
            raise ToolError("the way into its box was closed at this moment")
        self._pipe, self._serves = pipe, asyncio.Event()
        self._channels = Channels(Outlet(pipe.fileno(), pipe.offer))
        loop.add_reader(pipe.fileno(), self._receive)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await self._serves.wait()
        except TimeoutError as error:
            self.close()
            raise ToolError("its box's relay does not answer") from error
        if self._channels is None:
            raise ToolError(
                "its box's relay ended at once: an earlier version made its network; "
                "`swarm retry` starts the task in a new one"
            )
        return self._channels

    def _receive(self) -> None:
        if self._pipe is None or self._channels is None:
            return
        data = self._pipe.read()
        if data is None:
            self.close()
            return
        try:
            self._channels.feed(data)
        except BadFrame as fault:
            _LOG.warning("the relay of a box's ports is ended: it said %s", fault)
            self.close()
            return
        if data:
            self._serves.set()

    def _look_soon(self) -> None:
        if self._idle:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(IDLE_SECONDS, self._look)

    def _look(self) -> None:
        if self._channels is not None and len(self._channels):
            self._look_soon()
        else:
            self.close()
