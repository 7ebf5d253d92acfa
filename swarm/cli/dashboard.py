"""`swarm` without a command: opens the dashboard, if there is a terminal."""

import os
import sys
from argparse import Namespace

from swarm.adapters import terminal_type
from swarm.bootstrap import home
from swarm.bootstrap.dashboard import run_dashboard
from swarm.cli import charset
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
    terminal_type.usable(os.environ, "show the dashboard")
    own = charset.of_terminal()
    notice = ""
    if own != charset.UTF8 and not args.ascii:
        notice = f"the locale's charset is {own}, so all is drawn in ASCII"
    is_ascii = args.ascii or bool(notice)
    return run_dashboard(home.ensure_paths(), repository(args), is_ascii, notice)
