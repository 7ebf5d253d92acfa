"""The only room that talks to tmux: a private server, never the user's own."""

from swarm.adapters.tmux.panes import Tmux

__all__ = ["Tmux"]
