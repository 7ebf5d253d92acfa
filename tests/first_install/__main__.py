"""Writes the table of first installs: `python -m tests.first_install`.

`--network NAME` and `--tool NAME` (both again and again) limit it; `--read FILE` takes
what `tests.first_install.run` printed instead of running it. `--write` puts the table
into docs/NETWORK.md and the page, else it is printed alone.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.first_install import table
from tests.first_install.networks import NETWORKS
from tests.first_install.projects import TOOLS
from tests.first_install.run import Result

DOCS = Path(__file__).parents[2] / "docs"
NETWORK, PAGE = DOCS / "NETWORK.md", DOCS / "FIRST-INSTALL.md"
RUN_SECONDS = 3600


def results(network: str, tools: Iterable[str], stack: str = "") -> list[Result]:
    """What came of these tools, by a process of its own; RuntimeError if it broke.

    They run in the stack's own image, else in one that has them all.
    """
    words = ["--stack", stack, network, *tools]
    done = subprocess.run(
        [sys.executable, "-m", "tests.first_install.run", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode:
        raise RuntimeError(f"{network}: {done.stderr}")
    return list(_parsed(done.stdout))


def _parsed(text: str) -> Iterator[Result]:
    for line in text.splitlines():
        if line.startswith("{"):
            body = json.loads(line)
            yield Result(**{**body, "denials": tuple(body["denials"])})


def main() -> None:
    """Run what was asked for, and print or write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", action="append", choices=NETWORKS)
    parser.add_argument("--tool", action="append", choices=TOOLS)
    parser.add_argument("--read", action="append", type=Path, default=[])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tools = asked.tool or list(TOOLS)
    found = [one for file in asked.read for one in _parsed(file.read_text())]
    for network in () if found else asked.network or NETWORKS:
        print(f"… {network}", file=sys.stderr, flush=True)
        found += results(network, tools)
    order, latest = list(TOOLS), {(one.tool, one.network): one for one in found}
    found = sorted(latest.values(), key=lambda one: order.index(one.tool))
    if asked.write:
        PAGE.write_text(table.text(found), encoding="utf-8")
        page = NETWORK.read_text(encoding="utf-8")
        text = table.replaced(page, table.outcomes(found))
        NETWORK.write_text(text, encoding="utf-8")
    else:
        print(table.text(found))


if __name__ == "__main__":
    main()
