"""`swarm retry`: a new task with the same prompt, or the same one taken up again."""

from argparse import ArgumentParser, Namespace

from swarm.cli import output, task_selection
from swarm.cli.argument_types import words
from swarm.cli.new_words import flat
from swarm.cli.task_actions import ACTIONS, TaskAction
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.wishes import Continue, Retry


def retry_arguments(parser: ArgumentParser) -> None:
    """Add ids and ranges, and how a task is taken up again."""
    task_selection.add_ranges(parser)
    for name in ("stack", "package"):
        parser.add_argument(
            f"--{name}",
            type=words,
            action="append",
            metavar="NAME",
            help=f"a {name} beside those that the task had; may be repeated",
        )
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
        if args.stack or args.package:
            return _with_more(args)
        return ACTIONS[wishes.Retry.verb].run(args)
    if args.stack or args.package:
        raise SwarmError("--stack and --package are for a new task, not --continue")
    prompt = "" if args.prompt is None else output.typed(args.prompt)
    if args.prompt is not None and not prompt.strip():
        raise SwarmError("the prompt is empty", hint="leave --prompt out")

    def go_on(task_id: int) -> Continue:
        return Continue(task_id, prompt, args.fresh)

    return TaskAction(go_on, "goes on", "taken up again").run(args)


def _with_more(args: Namespace) -> int:
    stacks, packages = flat(args.stack) or (), flat(args.package) or ()
    usual = ACTIONS[wishes.Retry.verb]
    more = usual._replace(make_wish=lambda task_id: Retry(task_id, stacks, packages))
    return more.run(args)
