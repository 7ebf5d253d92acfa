"""`swarm` without a command: opens the dashboard, if there is a terminal."""

import sys
from argparse import Namespace

from swarm.bootstrap import home
from swarm.bootstrap.dashboard import run_dashboard
from swarm.cli.arguments import repository
from swarm.errors import SwarmError


def dashboard(args: Namespace) -> int:
    """Block until the human leaves the dashboard; SwarmError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SwarmError(
            "the dashboard needs a terminal",
            hint="without one use `swarm ls`, `swarm new`, `swarm wait` …; "
            "`swarm --help` lists them",
        )
    return run_dashboard(home.ensure_paths(), repository(args), args.ascii)
