"""`swarm doctor`: whether this machine is fit, and how to mend it where it is not."""

import shutil
from argparse import ArgumentParser, Namespace

from swarm.adapters.docker import DockerImages
from swarm.adapters.git.process import GitDir, run
from swarm.adapters.tmux.server import version as tmux_version
from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.engine.host import doctor as engine
from swarm.model.safe_text import safe_line

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def doctor_arguments(parser: ArgumentParser) -> None:
    """Whether to mend, and in which form."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="do what is safe: build images, remove leftovers, close the home",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def doctor(args: Namespace) -> int:
    """1 where something fails; a warning does not count."""
    checks = engine.examine(machine())
    if args.fix:
        checks = engine.mended(
            checks, lambda text: output.note(f"  {safe_line(text, 160)}")
        )
    if args.json:
        output.as_json([facts(check) for check in checks])
    else:
        _print(checks)
    failed = any(check.ok == "fail" for check in checks)
    return exit_codes.FAILED if failed else exit_codes.DONE


def machine() -> engine.Machine:
    """This machine, through the real doors."""
    return engine.Machine(
        places=home.places(),
        sandboxes=wiring.sandboxes(),
        images=DockerImages(),
        tmux=lambda: ".".join(map(str, tmux_version())),
        git=lambda: run(GitDir(None), "version").output.decode().strip(),
        free=lambda path: shutil.disk_usage(path).free,
    )


def facts(check: engine.Check) -> dict[str, object]:
    """A check as JSON has it."""
    return {
        "name": check.name,
        "ok": check.ok,
        "found": check.found,
        "mend": check.mend,
        "fixable": check.fix is not None,
    }


def _print(checks: list[engine.Check]) -> None:
    size = max(len(check.name) for check in checks)
    for check in checks:
        out = f"{MARKS[check.ok]} {check.ok:<4}  {check.name:<{size}}  "
        output.out(out + safe_line(check.found))
        if check.mend and check.ok != "ok":
            output.out(" " * (size + 10) + "→ " + safe_line(check.mend))
    counts = [sum(check.ok == grade for check in checks) for grade in MARKS]
    output.out(f"{counts[0]} fine, {counts[1]} to look at, {counts[2]} broken")
