"""The only room that talks to tmux: a private server, never the user's own."""

import io
from contextlib import redirect_stdout

# libtmux reads the encoding of standard output when it is imported. The dashboard
# imports it late, when Textual has put an object without one there.
with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
    import libtmux as libtmux

from swarm.adapters.tmux.panes import Tmux

__all__ = ["Tmux"]
