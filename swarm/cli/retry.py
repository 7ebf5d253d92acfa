"""`swarm retry`: a new task with the same prompt, or the same one taken up again."""

from argparse import ArgumentParser, Namespace

from swarm.cli import output, task_selection
from swarm.cli.task_actions import ACTIONS, TaskAction
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.wishes import Continue


def retry_arguments(parser: ArgumentParser) -> None:
    """Add ids and ranges, and how a task is taken up again."""
    task_selection.add_ranges(parser)
    parser.add_argument(
        "--continue",
        dest="goes_on",
        action="store_true",
        help="the same task goes on: its files, its home, its conversation",
    )
    parser.add_argument(
        "--prompt",
        metavar="TEXT",
        help="with --continue: what the agent is told; `-` reads standard input",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="with --continue: a new conversation over the same files",
    )


def retry(args: Namespace) -> int:
    """Queue the tasks anew, or have them go on; FAILED if any is refused."""
    if not args.goes_on:
        if args.fresh or args.prompt is not None:
            raise SwarmError(
                "--prompt and --fresh are for a task that goes on",
                hint="add --continue; `swarm new` starts one with another prompt",
            )
        return ACTIONS[wishes.Retry.verb].run(args)
    prompt = "" if args.prompt is None else output.typed(args.prompt)
    if args.prompt is not None and not prompt.strip():
        raise SwarmError("the prompt is empty", hint="leave --prompt out")

    def go_on(task_id: int) -> Continue:
        return Continue(task_id, prompt, args.fresh)

    return TaskAction(go_on, "goes on", "taken up again").run(args)
