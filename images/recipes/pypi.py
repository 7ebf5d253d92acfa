"""Fetches an agent from PyPI into a virtual environment, and links its programs.

The one argument is JSON: name, package, version, binary, python, scripts, integrity,
extra. Says in one line, after "swarm:", why it could not.
"""

import configparser
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

WANTED = json.loads(sys.argv[1])
SPEC = f"{WANTED['package']}=={WANTED['version']}"
HOME = Path("/opt/agents") / WANTED["name"]
LINKS = Path("/opt/links") / WANTED["name"]
WORK = Path("/tmp/fetch")
REASONS = (
    (r"No space left on device", "the container engine's disk is full"),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError"
        r"|ProxyError|SSLError|Network is unreachable|Connection refused"
        r"|Connection reset|Temporary failure in name resolution",
        "pip could not reach its registry",
    ),
    (r"requires a different Python|Requires-Python", "{spec} does not run on {python}"),
    (r"DO NOT MATCH THE HASHES", "what was fetched is not what its registry states"),
    (r"subprocess-exited-with-error|metadata-generation-failed",
     "a build script of {spec}, or of what it needs, failed"),
    (r"No matching distribution", "PyPI has no {spec}, or none of what it needs"),
)  # fmt: skip


def main() -> None:
    print(f"fetching {SPEC}", flush=True)
    become_ordinary()
    run(sys.executable, "-m", "venv", str(WORK / "pip"))
    run(WANTED["python"], "-m", "venv", "--without-pip", str(HOME))
    report = WORK / "report.json"
    options = [] if WANTED["scripts"] else ["--only-binary", ":all:"]
    run(
        *(str(WORK / "pip/bin/pip"), "--python", str(HOME / "bin/python"), "install"),
        *("--quiet", "--no-cache-dir", "--report", str(report), *options),
        *(SPEC, *WANTED["extra"]),
    )
    record = checked(json.loads(report.read_text()))
    link_programs()
    (HOME / "swarm-agent.json").write_text(json.dumps(record) + "\n")
    print(f"fetched {SPEC}")


def become_ordinary() -> None:
    """Whatever a package runs here is not root."""
    for folder in (HOME, LINKS, WORK):
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, 1000, 1000)
    os.setgroups([])
    os.setgid(1000)
    os.setuid(1000)
    os.environ.update(
        HOME=str(WORK),
        PIP_CERT="/etc/ssl/certs/ca-certificates.crt",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_RETRIES="2",
        PIP_TIMEOUT="30",
    )


def run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True)
    said = f"{done.stdout}\n{done.stderr}".strip()
    if done.returncode == 0:
        return
    print(said[-4000:])
    for pattern, sentence in REASONS:
        if re.search(pattern, said):
            fail(sentence.format(spec=SPEC, python=WANTED["python"]))
    fail(said.splitlines()[-1] if said else f"{argv[0]} failed")


def checked(report: dict[str, Any]) -> dict[str, str]:
    """What pip brought; ends if it is another package, version or file."""
    for item in report["install"]:
        name = normal(item["metadata"]["name"])
        if name != normal(WANTED["package"]):
            continue
        version = item["metadata"]["version"]
        hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
        integrity = f"sha256-{hashes['sha256']}" if "sha256" in hashes else ""
        if version != WANTED["version"]:
            fail(f"pip brought {name} {version} in place of {SPEC}")
        if WANTED["integrity"] not in ("", integrity):
            fail(f"PyPI has another {SPEC} than the one that was pinned")
        return {
            "manager": "pypi",
            "package": WANTED["package"],
            "version": version,
            "integrity": integrity,
        }
    return fail(f"pip brought no {SPEC}")


def link_programs() -> None:
    """Link the programs of the package itself; those of what it needs stay inside."""
    for name in programs():
        program = HOME / "bin" / name
        if re.fullmatch(r"[A-Za-z0-9._-]+", name) and program.is_file():
            (LINKS / name).symlink_to(program)
    if not (LINKS / WANTED["binary"]).is_symlink():
        fail(f"{SPEC} brings no program {WANTED['binary']}")


def programs() -> set[str]:
    found = set[str]()
    for folder in HOME.glob("lib/python3*/site-packages/*.dist-info"):
        if normal(folder.name.split("-")[0]) != normal(WANTED["package"]):
            continue
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(folder / "entry_points.txt")
        if parser.has_section("console_scripts"):
            found |= set(parser["console_scripts"])
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def fail(sentence: str) -> NoReturn:
    print(f"swarm: {sentence}")
    sys.exit(1)


main()
