"""Runs a scenario on a Linux kernel that is a program in a container."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.built_image import built

ROOT = Path(__file__).parents[3]
SECONDS = 300
_DOCKERFILE = b"""\
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
USER root
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      e2fsprogs kmod mount user-mode-linux xfsprogs \\
 && rm -rf /var/lib/apt/lists/*
"""
_BOOT = """\
cat > /init.sh <<'END'
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=/repo PYTHONDONTWRITEBYTECODE=1
exec python3 -m tests.adapters.quota.scenario
END
chmod +x /init.sh
truncate -s 400M /disk
exec linux.uml mem=256M root=/dev/root rootfstype=hostfs rootflags=/ rw quiet \\
  ubdb=/disk init=/init.sh con=null con0=null,fd:1 < /dev/null
"""


def outcome() -> dict[str, dict[str, Any]]:
    """What the scenario told of each kind of file system."""
    image = built("quota-kernel", _DOCKERFILE)
    words = [
        "docker", "run", "--rm", "--network", "none",
        # The kernel's memory is a file there, of which it runs programs.
        "--tmpfs", "/dev/shm:exec,size=512m",
        "-v", f"{ROOT}/swarm:/repo/swarm:ro", "-v", f"{ROOT}/tests:/repo/tests:ro",
        image, "sh", "-c", _BOOT,
    ]  # fmt: skip
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert told, done.stdout + done.stderr
    return {one.pop("kind"): one for one in map(json.loads, told)}
