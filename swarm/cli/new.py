"""`swarm new`: queues tasks from a prompt, and waits for them on request."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from swarm.agents.description import MODES
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import number_of_copies, task_id, tokens, words
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask, tell_differences
from swarm.cli.new_words import flat, names, way
from swarm.cli.progress import follow
from swarm.config import load
from swarm.errors import SwarmError
from swarm.model import copies
from swarm.model.safe_text import safe_line
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


def new_arguments(parser: ArgumentParser) -> None:
    """Add the prompt, and the options of the tasks it becomes."""
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
        action="append",
        default=[],
        metavar="NAME",
        help="the agent (default: the config's); several are a group, one task for "
        "each, and `command` among them is --run",
    )
    add(
        "--mode",
        default="",
        choices=MODES,
        help="what it may do unasked: nothing, edit files, all (default: the config's)",
    )
    add(
        "--resume-after-limit",
        default="",
        choices=("yes", "ask", "no"),
        help="whether it goes on by itself after a usage limit of its model's host "
        "(default: the config's)",
    )
    add(
        "--headless",
        action="store_true",
        help="run it until it ends, without its own screen; --wait does so, too",
    )
    add(
        "--stack",
        type=words,
        action="append",
        metavar="NAME",
        help="tools in its image, such as python or node,c (`swarm image stacks`); "
        "default: the config's",
    )
    add(
        "--package",
        type=words,
        action="append",
        metavar="NAME",
        help="a Debian package in its image, such as libpq-dev; may be repeated",
    )
    add(
        "--offline",
        action="store_true",
        help="begin with the warm base of the project's set-up, and reach the agent's "
        "own service alone (the policy's preset `locked`)",
    )
    add(
        "--name",
        default="",
        metavar="TEXT",
        help="the task's name (default: made from the prompt)",
    )
    add(
        "--base",
        default="",
        metavar="REF",
        help="the commit or branch it starts from (default: the checkout)",
    )
    add(
        "--copies",
        type=number_of_copies,
        default=1,
        metavar="N",
        help="queue the same task N times",
    )
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
        help="pause it after so many tokens: 500k, 2M; 0 for no limit",
    )
    add(
        "--dollars",
        type=float,
        metavar="X",
        help="pause it after so much, as estimated: 2.50; 0 for no limit",
    )
    add(
        "--dry-run",
        action="store_true",
        help="say what it would stand on: key, image, network, budget; start nothing",
    )
    add(
        "--yes",
        action="store_true",
        help="build the images that are missing without a question, also the "
        "project's own, if you agreed to its swarm.toml",
    )
    add(
        "--wait",
        action="store_true",
        help="show the launch and block until the tasks have ended, as `swarm wait`",
    )


def new(args: Namespace) -> int:
    """Queue the tasks and print their ids, one per line."""
    repo = needed_repository(args)
    paths = home.ensure_paths()
    if args.dry_run:
        from swarm.cli.new_preview import preview  # noqa: PLC0415 - loads docker

        return preview(args, repo, paths)
    agents = names(args)
    number = args.copies * max(len(agents), 1)
    if number > 1:
        _note_copies(number)
    wish = NewTasks(
        str(repo),
        prompt=output.typed(args.prompt),
        command=args.run,
        agent="" if len(agents) > 1 else "".join(agents),
        agents=agents if len(agents) > 1 else (),
        name=args.name,
        base=args.base,
        copies=args.copies,
        after=tuple(args.after),
        tokens=args.tokens,
        dollars=args.dollars,
        way=way(args),
        mode=args.mode,
        resume_after_limit=args.resume_after_limit,
        stacks=flat(args.stack),
        packages=flat(args.package),
        offline=args.offline,
    )
    is_wanted = bool(args.yes)
    _offer_project(paths, wish, is_wanted)
    _offer_tools(paths, wish, is_wanted)
    answer = _asked(paths, wish, is_wanted)
    for note in answer.get("notes", ()):
        output.note(safe_line(str(note)))
    output.numbers(answer["tasks"])
    tell_differences(paths)
    return follow(paths, answer["tasks"]) if args.wait else exit_codes.DONE


def _offer_project(paths: HomePaths, wish: NewTasks, is_wanted: bool) -> None:
    """Offer a person to agree to the project's own image, and to build it."""
    if not wish.names_tools and (is_wanted or sys.stdin.isatty()):
        from swarm.cli import own_image  # noqa: PLC0415 - loads docker

        own_image.offer(paths, wish, is_wanted)


def _asked(paths: HomePaths, wish: NewTasks, is_wanted: bool) -> dict[str, Any]:
    """The keeper's answer; a person may build an image that is missing, and go on."""
    try:
        return ask(paths, wish)
    except SwarmError:
        if not (is_wanted or sys.stdin.isatty()):
            raise
        from swarm.cli import missing_images  # noqa: PLC0415 - loads docker

        if not missing_images.offer(paths, wish, is_wanted):
            raise
    return ask(paths, wish)


def _offer_tools(paths: HomePaths, wish: NewTasks, is_wanted: bool) -> None:
    """Offer a person to build the image with what the project's files tell of."""
    if not wish.names_tools and (is_wanted or sys.stdin.isatty()):
        from swarm.cli import missing_images  # noqa: PLC0415 - loads docker

        missing_images.offer_tools(paths, wish, is_wanted)


def _note_copies(number: int) -> None:
    """Say what so many tasks take, if they are more than work at once."""
    config = load.load(load.user_file())
    if note := copies.note(number, config.max_running, config.sandbox.memory):
        output.note(note)
