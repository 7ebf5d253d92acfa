"""`swarm new --dry-run`: what a task would stand on, without making it."""

from argparse import Namespace
from pathlib import Path

from swarm.agents import registry
from swarm.bootstrap import wiring
from swarm.cli import exit_codes, output
from swarm.cli.new_words import flat, way
from swarm.cli.new_words import names as agent_names
from swarm.config import load
from swarm.config.schema import Config
from swarm.errors import PlanError
from swarm.model import copies
from swarm.model.standing import Standing
from swarm.model.wishes import NewTasks
from swarm.plan import agent_start, plan_request
from swarm.plan.naming import HomePaths


def preview(args: Namespace, repo: Path, paths: HomePaths) -> int:
    """Print it; FAILED if something is known to be missing.

    PlanError as `new` has it: for no agent, which is told after what one that can run
    would stand on, and for words that the agent cannot start with.
    """
    config = load.load(load.user_file())
    stacks, packages = flat(args.stack), flat(args.package)
    config.sandbox.toolchain(stacks, packages)
    wish = NewTasks(
        str(repo),
        base=args.base,
        stacks=stacks,
        packages=packages,
        offline=args.offline,
    )
    standings = wiring.standings(paths, repo, wish)
    project_s = next((n for n, each in standings.items() if each.is_project_s), "")
    chosen = agent_names(args)
    try:
        names = chosen or (registry.choose("", args.run, project_s or config.agent),)
    except PlanError:
        able = [each.agent for each in standings.values() if each.can_run]
        name = next((each for each in able if each != "command"), "command")
        _print(args, config, standings[name])
        raise
    prompt = output.typed(args.prompt) or args.run
    for name in names:
        agent = registry.find(name)
        command = args.run if len(names) == 1 or name == registry.COMMAND else ""
        plan_request.check_words(agent, prompt, command or None)
        begin = agent_start.chosen_start(agent, config, way(args), args.mode)
        _print(args, config, standings[name], begin)
    fit = [standings[name] for name in names]
    if not all(each.can_run and not (args.offline and each.no_offline) for each in fit):
        return exit_codes.FAILED
    output.note("nothing was started")
    return exit_codes.DONE


def _print(
    args: Namespace,
    config: Config,
    standing: Standing,
    begin: tuple[str, str] = ("", ""),
) -> None:
    runs, mode = begin
    output.fields(
        [
            ("agent", standing.agent),
            ("runs", runs),
            ("mode", mode),
            ("problem", standing.problem),
            ("key", standing.key_problem or standing.key or "none is needed"),
            ("image", standing.image_problem or standing.image),
            ("tools", standing.tools),
            ("set-up", standing.setup),
            ("offline", standing.no_offline if args.offline else ""),
            ("services", standing.services),
            ("covers", standing.covers),
            ("its own settings", standing.own_settings),
            ("dotfiles", ", ".join(f"~/{path}" for path in config.sandbox.dotfiles)),
            ("caches", ", ".join(config.sandbox.caches)),
            ("network", standing.network),
            ("budget", _budget(args, config)),
            ("tasks", str(args.copies)),
            (
                "takes",
                copies.note(args.copies, config.max_running, config.sandbox.memory),
            ),
        ]
    )


def _budget(args: Namespace, config: Config) -> str:
    """The limits that the task would have, by the options or the config."""
    budget = config.budget
    tokens = budget.tokens if args.tokens is None else args.tokens
    dollars = budget.dollars if args.dollars is None else args.dollars
    parts = [f"{tokens:,} tokens"] if tokens else []
    parts += [f"${dollars:.2f}"] if dollars else []
    return " and ".join(parts) or "no limit"
