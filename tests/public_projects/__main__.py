"""Prints what public projects come to: `python -m tests.public_projects [NAME…]`."""

import sys

from tests.public_projects.projects import PROJECTS
from tests.public_projects.run import Result, Run, run


def _row(name: str, run: Run) -> str:
    counts = run.counts or f"exit {run.exit_code}"
    return f"  {name:4} {run.seconds:5.0f} s  {counts}"


def _told(result: Result) -> str:
    project = result.project
    lines = [f"{project.release}: {'the same' if result.same else 'DIFFERENT'}"]
    lines += [_row("box", result.boxed), _row("bare", result.bare)]
    if project.why:
        lines.append(f"  by options of init: {project.why}")
    if not result.same:
        lines += [result.boxed.last, "-- bare", result.bare.last]
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Run these, else all, one after the other."""
    for name in names or PROJECTS:
        try:
            print(_told(run(PROJECTS[name])), flush=True)
        except (OSError, RuntimeError) as error:
            print(f"{name}: {error}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
