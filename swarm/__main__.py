"""The `swarm` command, and `python -m swarm`."""

import sys

INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process and return its exit status."""
    try:
        from swarm.cli.main import run  # noqa: PLC0415 - Ctrl+C may come while it loads

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
