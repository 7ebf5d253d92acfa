"""Shows a change of `swarm.toml`, and writes it on consent."""

from argparse import Namespace

from swarm.bootstrap import wiring
from swarm.cli import bulk, exit_codes, output
from swarm.engine.readers.project_change import ProjectChange
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths


def on_consent(args: Namespace, paths: HomePaths, change: ProjectChange) -> int:
    """Show all that is agreed to, ask unless `--yes` answers, write.

    FAILED if the human does not want it; SwarmError if nobody can be asked.
    """
    if change.change.before == change.change.after:
        output.note(f"{FILE} has that already")
        return exit_codes.DONE
    if not change.was_agreed:
        output.note(f"nobody agreed to what {FILE} says: all of it is shown")
    for line in change.lines():
        output.out(line)
    if args.dry_run:
        output.note("nothing was written")
        return exit_codes.DONE
    if not args.yes and not bulk.agreed(f"write {FILE} and have tasks use it?"):
        return exit_codes.FAILED
    wiring.change_project(paths, change)
    output.out(f"wrote {safe_line(str(change.change.file))}: each next task uses it")
    output.note(f"commit it: where HEAD has a {FILE}, a task is given that one")
    return exit_codes.DONE
