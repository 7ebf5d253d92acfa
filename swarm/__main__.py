"""The `swarm` command, and `python -m swarm`."""

import sys

INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process and return its exit status."""
    try:
        # Ctrl+C may come while these load.
        from swarm.cli import charset  # noqa: PLC0415 - as above

        charset.begin_in_utf_8()
        from swarm.cli.main import run  # noqa: PLC0415 - as above

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
