"""Asks PyPI for the newest version of each package that the interpreter can run.

The arguments are the interpreter and a list of names as JSON. Prints one line of JSON
for each after "swarm-newest".
"""

import json
import os
import re
import subprocess
import sys
from typing import Any

os.environ.update(
    HOME="/tmp",
    PIP_CERT="/etc/ssl/certs/ca-certificates.crt",
    PIP_DISABLE_PIP_VERSION_CHECK="1",
    PIP_RETRIES="1",
)
PIP = ("/tmp/pip/bin/pip", "--python")
OPTIONS = (
    *("--no-deps", "--ignore-installed", "--break-system-packages"),
    *("--no-cache-dir", "--report", "-"),
)


def main() -> None:
    subprocess.run([sys.executable, "-m", "venv", "/tmp/pip"], check=True)
    for name in json.loads(sys.argv[2]):
        print("swarm-newest", json.dumps({"package": name, **newest(name)}), flush=True)


def newest(name: str) -> dict[str, str]:
    done = subprocess.run(
        [*PIP, sys.argv[1], "install", "--dry-run", "--quiet", *OPTIONS, name],
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return found(json.loads(done.stdout)["install"][0])
    if re.search(
        r"ConnectionError|NameResolution|TimeoutError|ProxyError", done.stderr
    ):
        return {"problem": "pip could not reach its registry"}
    return {"problem": f"PyPI has no package {name} for this Python"}


def found(item: dict[str, Any]) -> dict[str, str]:
    hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
    digest = hashes.get("sha256", "")
    return {
        "version": item["metadata"]["version"],
        "integrity": f"sha256-{digest}" if digest else "",
    }


main()
