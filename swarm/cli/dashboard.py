"""`swarm` without a command: the dashboard, where there is a terminal."""

import sys
from argparse import Namespace

from swarm.bootstrap import home
from swarm.bootstrap.dashboard import run_dashboard
from swarm.cli.arguments import repository
from swarm.errors import SwarmError


def dashboard(args: Namespace) -> int:
    """Blocks until the human leaves it; SwarmError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SwarmError(
            "the dashboard needs a terminal",
            hint="without one use `swarm ls`, `swarm new`, `swarm wait` …; "
            "`swarm --help` lists them",
        )
    return run_dashboard(home.places(), repository(args), args.ascii)
