"""`swarm new --dry-run`: what a task would stand on, without making it."""

from argparse import Namespace
from pathlib import Path

from swarm.agents import registry
from swarm.bootstrap import wiring
from swarm.cli import exit_codes, output
from swarm.config import load
from swarm.config.schema import Config
from swarm.errors import PlanError
from swarm.model import copies
from swarm.model.standing import Standing
from swarm.plan import planner
from swarm.plan.naming import HomePaths


def preview(args: Namespace, repo: Path, paths: HomePaths) -> int:
    """Print it; FAILED if something is known to be missing.

    PlanError as `new` has it: for no agent, which is told after what one that can run
    would stand on, and for words that the agent cannot start with.
    """
    config = load.load(load.user_file())
    standings = wiring.standings(paths, repo)
    try:
        name = registry.choose(args.agent, args.run, config.agent)
    except PlanError:
        able = [each.agent for each in standings.values() if each.can_run]
        name = next((each for each in able if each != "command"), "command")
        _print(args, config, standings[name])
        raise
    agent = registry.find(name)
    prompt = output.typed(args.prompt) or args.run
    planner.check_words(agent, prompt, args.run or None)
    _print(args, config, standings[name])
    if not standings[name].can_run:
        return exit_codes.FAILED
    output.note("nothing was started")
    return exit_codes.DONE


def _print(args: Namespace, config: Config, standing: Standing) -> None:
    output.fields(
        [
            ("agent", standing.agent),
            ("key", standing.key_problem or standing.key or "none is needed"),
            ("image", standing.image_problem or standing.image),
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
