"""`swarm doctor`: checks this machine, and says how to fix what is wrong."""

import time
from argparse import ArgumentParser, Namespace
from collections import Counter

from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.adapters.git.process import GitDir, run
from swarm.adapters.tmux.server import version as tmux_version
from swarm.bootstrap import home, keeper_environment, keeper_lock
from swarm.cli import doctor_setup, exit_codes, output
from swarm.engine.host import doctor as host_doctor
from swarm.engine.host import engine_trial
from swarm.engine.host.check import Check
from swarm.engine.host.room import room
from swarm.engine.readers import credentials, way_out
from swarm.model.safe_text import safe_line

ANSWER_SECONDS = 15.0
"""An engine that is silent for longer is a finding; other commands wait for it."""
MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def doctor_arguments(parser: ArgumentParser) -> None:
    """Add `--fix`, `--yes` and `--json`."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="fix what can be fixed: packages and the engine (asks before each "
        "command), images, leftovers, the mode of swarm's own folder",
    )
    parser.add_argument("--yes", action="store_true", help="with --fix: do not ask")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def doctor(args: Namespace) -> int:
    """Print the checks; FAILED if one of them fails, a warning does not count."""
    if args.fix:
        doctor_setup.make_ready(machine(), args.yes)
    checks = host_doctor.examine(machine())
    if args.fix:
        checks = host_doctor.fix_all(
            checks, lambda text: output.note(f"  {safe_line(text, 160)}")
        )
    if args.json:
        output.as_json([facts(check) for check in checks])
    else:
        _print(checks)
    failed = any(check.grade == "fail" for check in checks)
    return exit_codes.FAILED if failed else exit_codes.DONE


def machine() -> host_doctor.Machine:
    """This machine, examined through the real adapters."""
    places = home.ensure_paths()
    return host_doctor.Machine(
        places=places,
        sandboxes=DockerContainers(ANSWER_SECONDS),
        images=DockerImages(ANSWER_SECONDS),
        tmux=lambda: ".".join(map(str, tmux_version())),
        git=lambda: run(GitDir(None), "version").output.decode().strip(),
        room=room,
        keeper_differs=lambda: keeper_environment.sentence(
            keeper_environment.differences(places, keeper_lock.keeper_pid(places))
        ),
        way_out=way_out.here,
        credentials=lambda: credentials.checks(
            places, DockerImages(ANSWER_SECONDS), time.time()
        ),
        attempt=engine_trial.run,
    )


def facts(check: Check) -> dict[str, object]:
    """A check as the JSON shows it."""
    return {
        "name": check.name,
        "ok": check.grade,
        "found": check.finding,
        "mend": check.remedy,
        "fixable": check.fix is not None,
    }


def _print(checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        label = f"{MARKS[check.grade]} {check.grade:<4}  {check.name:<{width}}  "
        output.out(label + safe_line(check.finding))
        if check.remedy and check.grade != "ok":
            output.out(" " * (width + 10) + "→ " + safe_line(check.remedy))
    counts = Counter(check.grade for check in checks)
    output.out(
        f"{counts['ok']} fine, {counts['warn']} to look at, {counts['fail']} broken"
    )
