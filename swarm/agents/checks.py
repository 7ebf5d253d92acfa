"""What the keys of an agent's file must agree on, once each is of its type."""

import re
from collections.abc import Iterator

from swarm.agents import cues, package_names
from swarm.agents.description import MODES, Agent, Cue, Headless, Screen
from swarm.model.agent_state import AgentState

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HOME_PATH = re.compile(r"~(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+)+")
"""A place in the agent's home; no `..`, nothing that a shell would read."""
WORDS = frozenset(
    {"prompt", "prompt_file", "command", "mode", "conversation", "id", "briefing"}
    | {"briefing_file", "mcp", "mcp_file", "key", "key_tail", "endpoint", "model"}
    | {"workspace", "side", "side_file", "hook", "port", "socket"}
)
"""What may stand in braces in an argument."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"\{([a-z_]+)\}")
_MOST_LINES = 30
"""The most lines that a cue may look at."""


class Mistake(Exception):
    """What is wrong at one key; the file's name is not known here."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)


def _check_name(agent: Agent) -> None:
    if not NAME.fullmatch(agent.name):
        raise Mistake("", "its name must be small letters, digits and single dashes")


def _check_ways(agent: Agent) -> None:
    if not agent.ways and not agent.unavailable:
        raise Mistake("", "has neither [screen] nor [headless]")
    for way, run in _runs(agent):
        if not run.argv or not run.argv[0]:
            raise Mistake(f"{way}.argv", "must begin with a program")
        words = {word for item in run.argv for word in _WORD.findall(item)}
        wanted = {"argument": "prompt", "file": "prompt_file"}.get(run.prompt)
        for word in ("prompt", "prompt_file"):
            if (word in words) is not (word == wanted) and not agent.needs:
                problem = "must" if word == wanted else "must not"
                raise Mistake(
                    f"{way}.argv",
                    f'{problem} hold {{{word}}} where prompt = "{run.prompt}"',
                )


def _runs(agent: Agent) -> Iterator[tuple[str, Screen | Headless]]:
    if agent.screen:
        yield "screen", agent.screen
    if agent.headless:
        yield "headless", agent.headless


def _check_words(agent: Agent) -> None:
    """Refuse a word in braces that nothing stands for: it would be sent as it is."""
    lists: dict[str, tuple[str, ...]] = {
        **{f"{way}.argv": run.argv for way, run in _runs(agent)},
        **{f"mode.{name}.argv": mode.argv for name, mode in agent.mode.items()},
        "conversation.begin": agent.conversation.begin,
        "conversation.resume": agent.conversation.resume,
        "conversation.last": agent.conversation.last,
        "places.briefing.argv": agent.places.briefing.argv,
        "side.argv": agent.side.argv,
        "side.server": agent.side.server,
    }
    for key, argv in lists.items():
        for index, item in enumerate(argv):
            for word in _WORD.findall(item):
                if word not in WORDS:
                    known = ", ".join(sorted(WORDS))
                    raise Mistake(
                        f"{key}[{index}]", f"unknown word {{{word}}}; known: {known}"
                    )


def _check_modes(agent: Agent) -> None:
    for name in agent.mode:
        if name not in MODES:
            raise Mistake(f"mode.{name}", f"unknown key; known: {', '.join(MODES)}")
        if agent.mode[name].unasked and agent.side.kind != "hooks":
            raise Mistake(
                f"mode.{name}.unasked", 'is asked of a [side] of kind "hooks" alone'
            )
    for way, run in _runs(agent):
        for name in run.modes:
            if name not in agent.mode:
                raise Mistake(
                    f"{way}.modes", f"holds {name}, and there is no such mode"
                )


def _check_places(agent: Agent) -> None:
    """Refuse a file that swarm would write outside the agent's home."""
    places = {f"seed[{i}].path": seed.path for i, seed in enumerate(agent.seed)}
    places["places.briefing.path"] = agent.places.briefing.path
    places["side.place"] = agent.side.place
    for name in ("skills", "commands", "mcp"):
        places[f"places.{name}"] = getattr(agent.places, name)
    for key, path in places.items():
        if path and not HOME_PATH.fullmatch(path):
            raise Mistake(key, 'must be a file in the home, such as "~/.tool/config"')
    paths = [path for key, path in places.items() if path and "path" in key]
    for path in paths:
        if paths.count(path) > 1:
            raise Mistake("seed", f"has {path} twice")


def _check_image(agent: Agent) -> None:
    problem = package_names.problem(agent.image)
    if problem:
        raise Mistake(*problem)


def _check_variables(agent: Agent) -> None:
    """Refuse a name that no shell takes: the variable would not be there."""
    names = {"model.key": agent.model.key, "model.endpoint": agent.model.endpoint}
    tables = {"environment": agent.environment}
    tables |= {
        f"mode.{name}.environment": m.environment for name, m in agent.mode.items()
    }
    for table, values in tables.items():
        names |= {f"{table}.{name}": name for name in values}
    for key, name in names.items():
        if name and not _VARIABLE.fullmatch(name):
            raise Mistake(key, "must be the name of an environment variable")


def _check_turn(agent: Agent) -> None:
    if agent.model.ends and agent.model.edits == "text":
        raise Mistake(
            "model.ends", 'must be empty where edits = "text": it runs no command'
        )


def _check_side(agent: Agent) -> None:
    """Refuse a channel that could not be reached, or that its agent never hears of."""
    side = agent.side
    if side.kind == "none":
        return
    if not agent.screen:
        raise Mistake("side", "stands beside a [screen], and there is none")
    if side.kind == "hooks" and "{hook}" not in side.settings:
        raise Mistake("side.settings", "must hold {hook}, the program that asks")
    if side.kind == "opencode" and not 1024 <= side.port <= 65535:
        raise Mistake("side.port", "must be a port from 1024 to 65535")
    if side.kind in ("codex", "qwen") and not (
        side.server and side.socket.startswith("/")
    ):
        raise Mistake("side.server", "must be an argv, and side.socket a path")
    for mode in side.modes:
        if mode not in agent.mode:
            raise Mistake("side.modes", f"holds {mode}, and there is no such mode")
    if side.argv and "{side}" not in agent.screen.argv:
        raise Mistake("screen.argv", "must hold {side}, for side.argv")


def _check_cues(agent: Agent) -> None:
    for name, several in agent.cues.items():
        if cues.state_of(name) is None:
            known = ", ".join(state.replace("-", "_") for state in AgentState)
            raise Mistake(f"cues.{name}", f"unknown state; known: {known}")
        for number, cue in enumerate(several):
            key = f"cues.{name}" + (f"[{number}]" if len(several) > 1 else "")
            _check_cue(cue, key)


def _check_cue(cue: Cue, key: str) -> None:
    for number, text in enumerate(cue.text):
        _check_pattern(text, f"{key}.text[{number}]")
    _check_pattern(cue.unless, f"{key}.unless")
    _check_pattern(cue.footer, f"{key}.footer")
    _check_pattern(cue.title, f"{key}.title")
    if cue.footer and cue.place != "dialog":
        raise Mistake(f"{key}.footer", 'only a dialog has one: place = "dialog"')
    _check_lines(cue.near, f"{key}.near")
    _check_lines(cue.foot, f"{key}.foot")


def _check_input(agent: Agent) -> None:
    for each in ("line", "status", "echo"):
        _check_pattern(getattr(agent.input, each), f"input.{each}")
    _check_lines(agent.input.foot, "input.foot")


def _check_lines(lines: int, key: str) -> None:
    if not 1 <= lines <= _MOST_LINES:
        raise Mistake(key, f"must be from 1 to {_MOST_LINES}")


def _check_pattern(pattern: str, key: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Mistake(key, f"is no regular expression: {error}") from error


def _check_project(agent: Agent) -> None:
    """Its paths are in the repository, and each has what it is for."""
    project = agent.project
    if (project.held in ("off", "refused")) != bool(project.settings):
        raise Mistake("project.settings", "must name the files that `held` is about")
    for number, path in enumerate(project.settings):
        parts = path.split("/")
        if not path or {"", ".", ".."} & set(parts) or ".git" in parts:
            problem = "must be a path of a repository, such as .claude/settings.json"
            raise Mistake(f"project.settings[{number}]", problem)
    for path, pattern in project.keys.items():
        if path not in project.settings:
            raise Mistake(f"project.keys.{path}", "is none of project.settings")
        _check_pattern(pattern, f"project.keys.{path}")


CHECKS = (
    _check_name, _check_ways, _check_words, _check_modes, _check_places, _check_image,
    _check_turn, _check_variables, _check_cues, _check_input, _check_side,
    _check_project,
)  # fmt: skip
