"""`swarm keeper`: runs the engine in the foreground."""

from argparse import Namespace

from swarm.bootstrap import home, keeper_process


def keeper(_args: Namespace) -> int:
    """Serve until TERM; return 0 at once if another keeper serves."""
    return keeper_process.run_keeper(home.places())
