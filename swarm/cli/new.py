"""`swarm new`: from a prompt to tasks, and their launch step by step on request."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id, tokens
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask
from swarm.cli.progress import follow
from swarm.model.wishes import NewTasks


def new_arguments(parser: ArgumentParser) -> None:
    """The prompt, and how it is to be carried out."""
    add = parser.add_argument
    add(
        "prompt",
        nargs="?",
        default="",
        metavar="PROMPT",
        help="what to do; `-` reads standard input",
    )
    add(
        "--run",
        default="",
        metavar="CMD",
        help="run this shell command instead of an agent",
    )
    add(
        "--agent",
        default="",
        metavar="NAME",
        help="which agent (default: the config's)",
    )
    add(
        "--name",
        default="",
        metavar="N",
        help="what the task is called (default: the prompt)",
    )
    add(
        "--base",
        default="",
        metavar="REF",
        help="where it starts (default: the checkout)",
    )
    add("--copies", type=int, default=1, metavar="N", help="start the same N times")
    add(
        "--after",
        type=task_id,
        action="append",
        default=[],
        metavar="ID",
        help="start once that task is merged; may be repeated",
    )
    add(
        "--tokens",
        type=tokens,
        metavar="N",
        help="pause it after so many tokens: 500k, 2M",
    )
    add(
        "--dollars",
        type=float,
        metavar="X",
        help="pause it after so much, as estimated: 2.50",
    )
    add(
        "--wait",
        action="store_true",
        help="show the launch and block until the tasks have ended, as `swarm wait`",
    )


def new(args: Namespace) -> int:
    """Queue the tasks and print their ids, one per line."""
    repo = needed_repository(args)
    places = home.places()
    made = ask(
        places,
        NewTasks(
            str(repo),
            prompt=output.typed(args.prompt),
            command=args.run,
            agent=args.agent,
            name=args.name,
            base=args.base,
            copies=args.copies,
            after=tuple(args.after),
            tokens=args.tokens,
            dollars=args.dollars,
        ),
    )
    output.numbers(made["tasks"])
    return follow(places, made["tasks"]) if args.wait else exit_codes.DONE
