"""The `swarm` command, and `python -m swarm`."""

import sys

from swarm.cli.main import run


def main() -> int:
    """Run the command line of this process and return its exit status."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
