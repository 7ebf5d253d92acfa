"""The first install of a project through the gate, beside a bare container's."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from bench.docker_command import docker
from bench.table import Row, paired
from tests.first_install.networks import DIRECT
from tests.first_install.run import open_place

RUNS = 5
INSTALLS = {
    "pip": (
        "python",
        "rm -rf v && python3 -m pip install -q --no-cache-dir --target v "
        "requests==2.32.3",
    ),
    "npm": (
        "node",
        "rm -rf n && mkdir n && cd n && npm init -y > .out && npm install --silent "
        "--no-audit --no-fund --cache .cache glob@10.4.5",
    ),
}
"""Of each package manager: the stack that has it, and an install without any cache."""
ROOTS = "/etc/ssl/certs/ca-certificates.crt"
TRUST = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


def rows(runs: int = RUNS) -> list[Row]:
    """Seconds from public registries: medians of so many runs, after a warm-up."""
    return [_row(tool, *_measured(tool, runs)) for tool in INSTALLS]


def _row(tool: str, ours: float, bare: float) -> Row:
    return Row(f"a first install by {tool}: gate / bare", ours, bare, 1.2, "s")


def _measured(tool: str, runs: int) -> tuple[float, float]:
    """By a process of its own, for it forgets this machine's user."""
    words = [sys.executable, "-m", "bench.first_install", tool, str(runs)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    ours, bare = json.loads(done.stdout.splitlines()[-1])
    return float(ours), float(bare)


def main(tool: str, runs: int) -> None:
    """Print both medians."""
    stack, install = INSTALLS[tool]
    with open_place(DIRECT, [tool], stack) as place:
        box = place.harness.context.names(place.task).sandbox
        bare = _bare(place.image, place.harness.paths.tag)
        try:
            both = paired(_timed(box, install), _timed(bare, install), runs)
        finally:
            docker("rm", "-f", bare)
    print(json.dumps(both))


def _bare(image: str, tag: str) -> str:
    """A container on the engine's own bridge, with this machine's authorities."""
    trust = [f"--env={name}={ROOTS}" for name in TRUST]
    words = ("--rm", f"--label=swarm.home={tag}", f"--volume={ROOTS}:{ROOTS}:ro")
    return docker("run", "-d", *words, *trust, image, "sleep", "10000").strip()


def _timed(box: str, install: str) -> Callable[[], float]:
    """Seconds of one install, in a folder of the box's that is no memory."""

    def run() -> float:
        began = time.monotonic()
        docker("exec", box, "bash", "-ec", f"mkdir -p ~/p && cd ~/p && {install}")
        return time.monotonic() - began

    return run


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
