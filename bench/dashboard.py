"""The dashboard as `swarm` shows it, but on a home without a keeper."""

import sys
from pathlib import Path

from swarm.bootstrap import dashboard
from swarm.plan.naming import HomePaths


def main() -> None:
    """Run until killed; the keeper would only add its own start to the measurement."""
    dashboard.show_dashboard(HomePaths(Path(sys.argv[1])), None, ascii=False)


if __name__ == "__main__":
    main()
