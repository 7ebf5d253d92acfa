"""Fills in an agent's description for one task: argv, variables, files of its home.

Nothing passes a shell, and a value that was filled in is never read again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from swarm.agents import mcp
from swarm.agents.description import Agent, Headless, Screen, Way
from swarm.agents.mcp import McpSetting
from swarm.config.brought import Brought
from swarm.errors import PlanError

KEY_TAIL = 20
"""Characters by which an agent remembers that a key was approved."""
LONGEST_ARGUMENT = (128 << 10) - 1
"""Bytes; the kernel starts no program with a longer one."""
_HOOKS = {"hooks": "hook", "qwen": "qwen_files"}
"""What an agent of each kind of channel starts of swarm's programs."""
Delivery = Literal["argument", "stdin", "file", "paste"]


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What one task asks of its agent; an empty field takes the usual value."""

    prompt: str = ""
    command: str = ""
    way: str = ""
    """`screen` or `headless`; the usual one is the agent's screen, if it has one."""
    mode: str = ""
    """One of `MODES`; the usual one is the most that the agent knows."""
    key: str = ""
    """The placeholder of the model's key."""
    endpoint: str = ""
    model: str = ""
    conversation: str = ""
    """The conversation's id, if it is known."""
    resumes: bool = False
    """The conversation is taken up again, not begun; the prompt may be empty then."""
    briefing: str = ""
    brought: Brought = field(default_factory=Brought)
    """What the user brings to every agent."""
    mcp_file: str = ""
    workspace: str = "/workspace"
    prompt_file: str = ""
    briefing_file: str = ""
    side_file: str = ""
    """The file of the side channel's settings, and the program of its hooks."""
    hook_file: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """How the agent of one task is started."""

    way: Way
    mode: str
    argv: tuple[str, ...]
    delivery: Delivery
    """How the prompt reaches it."""
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Place in the home, without `~/`, to text; written where nothing is."""
    prompt: str = ""
    """The prompt as it is delivered: behind the guard, if it needs one."""
    mcp: str = ""
    """The text of a read-only file with MCP servers; empty if none is needed."""
    side: str = ""
    """The text of the side channel's settings; empty if it needs none."""
    brought: dict[str, str] = field(default_factory=dict)
    """Place in the home to text: a link there leads to it, and it is read-only."""
    links: dict[str, str] = field(default_factory=dict)
    """Place in the home to a read-only file of the task's folder."""
    follows_links: bool = True
    """False for an agent that must have copies in their places."""
    server: tuple[str, ...] = ()
    """The argv of a program that runs beside the agent, which is its client."""
    socket: str = ""
    """Where that program listens, once it does."""
    hook: str = ""
    """The program of `swarm/box` that is `{hook}`; empty if none is needed."""
    before: str = ""
    """Shell text of swarm's own that a start runs first."""


def start(agent: Agent, request: StartRequest) -> Start:
    """The start of a task; PlanError for a way or mode that the agent does not have,
    and for a prompt that its screen cannot take."""
    way, run = chosen_run(agent, request.way)
    mode = _mode(agent, way, request.mode)
    has_side = agent.side.is_in(way, mode)
    is_linked = has_side and agent.side.place != ""
    words = _words(agent, run, request)
    is_typed = way == "screen" and request.resumes and agent.conversation.prompt != ""
    argv_words = words | {"prompt": ""} if is_typed else words
    lists = {
        "mode": agent.mode[mode].argv if mode else (),
        "conversation": _conversation(agent, request),
        "briefing": agent.places.briefing.argv if request.briefing else (),
        "side": agent.side.argv if has_side else (),
    }
    # A conversation keeps its mode at its server, which refuses to be told it again.
    is_told = has_side and request.resumes and "{mode}" in agent.side.server
    of_server: dict[str, tuple[str, ...]] = {"mode": ()} if is_told else {}
    servers = mcp.setting(
        agent.places.mcp_format, request.brought.servers, request.mcp_file
    )
    argv = tuple(_argv(run.argv, lists | of_server, argv_words, servers.argv))
    _refuse_long(agent, way, request.prompt, argv)
    variables = {**agent.environment, **(agent.mode[mode].environment if mode else {})}
    files = {seed.path: seed.text for seed in agent.seed}
    if agent.model.endpoint:
        variables[agent.model.endpoint] = "{endpoint}"
    return Start(
        way,
        mode,
        argv,
        "paste" if is_typed else run.prompt,
        {name: filled(text, words) for name, text in _set(variables, words)}
        | servers.environment,
        {_in_home(path): filled(text, words) for path, text in files.items()},
        words["prompt"],
        servers.text,
        filled(agent.side.settings, words) if has_side else "",
        _brought(agent, request.brought),
        _links(agent, request, servers)
        | ({_in_home(agent.side.place): request.side_file} if is_linked else {}),
        agent.places.follows_links,
        tuple(_argv(agent.side.server, lists, words, servers.argv)) if has_side else (),
        agent.side.socket,
        _HOOKS.get(agent.side.kind, "") if has_side else "",
    )


def _refuse_long(agent: Agent, way: Way, prompt: str, argv: tuple[str, ...]) -> None:
    screen = agent.screen if way == "screen" else None
    most = screen.longest if screen else 0
    if most and len(prompt.encode(errors="replace")) > most:
        raise PlanError(
            f"{agent.name}'s own screen takes a prompt of {most >> 10} KiB at most",
            hint=_way_for_long(agent),
        )
    for item in argv:
        if len(item.encode(errors="replace")) > LONGEST_ARGUMENT:
            where = "on its own screen" if way == "screen" else "headless"
            raise PlanError(
                f"{agent.name} takes its prompt as an argument {where}, of 128 KiB at "
                "most",
                hint=_way_for_long(agent),
            )


def _way_for_long(agent: Agent) -> str:
    has_way = agent.headless is not None and agent.headless.prompt != "argument"
    way = "run it headless, or put" if has_way else "put"
    return f"{way} the text in a file of the repository"


def _links(agent: Agent, request: StartRequest, servers: McpSetting) -> dict[str, str]:
    """Places in the home that lead to read-only files of the task's folder."""
    places = agent.places
    links = {}
    if places.briefing.kind == "file" and request.briefing:
        links[_in_home(places.briefing.path)] = request.briefing_file
    if servers.is_linked:
        links[_in_home(places.mcp)] = request.mcp_file
    return links


def places(agent: Agent) -> tuple[str, ...]:
    """The places of the home, without `~/`, that a start of the agent may fill."""
    at = agent.places
    briefing = at.briefing.path if at.briefing.kind == "file" else ""
    seeds = (seed.path for seed in agent.seed)
    named = (*seeds, at.skills, at.commands, at.mcp, briefing, agent.side.place)
    return tuple(dict.fromkeys(_in_home(path) for path in named if path))


def _in_home(path: str) -> str:
    return path.removeprefix("~/")


def not_given(agent: Agent, brought: Brought) -> tuple[str, ...]:
    """What is brought and the agent has no place for, a few words each."""
    places = agent.places
    found = (
        (brought.servers, places.mcp_format, "MCP servers"),
        (brought.skills, places.skills, "skills"),
        (brought.commands, places.commands, "commands"),
        (brought.rules, places.briefing.kind != "none", "rules"),
    )
    return tuple(what for things, place, what in found if things and not place)


def _brought(agent: Agent, brought: Brought) -> dict[str, str]:
    """The user's skills and commands, where the agent reads them, as they are."""
    places = (
        (agent.places.skills, brought.skills),
        (agent.places.commands, brought.commands),
    )
    return {
        f"{_in_home(place)}/{path}": text
        for place, files in places
        if place
        for path, text in files.items()
    }


def chosen_run(agent: Agent, wanted: str) -> tuple[Way, Screen | Headless]:
    """The way that is wanted, else the usual one; PlanError if there is none."""
    if agent.unavailable:
        raise PlanError(f"{agent.name} cannot be run: {agent.unavailable}")
    if wanted and wanted not in get_args(Way):
        raise PlanError(
            f"there is no way to run {wanted!r}", hint=f"use {' or '.join(agent.ways)}"
        )
    for way in agent.ways:
        run = agent.screen if way == "screen" else agent.headless
        if run is not None and wanted in ("", way):
            return way, run
    raise PlanError(
        f"{agent.name} has no way to run {wanted}",
        hint=f"leave it out: it runs as {' or '.join(agent.ways)}",
    )


def _mode(agent: Agent, way: Way, wanted: str) -> str:
    known = agent.modes_of(way)
    if not wanted:
        return known[-1] if known else ""
    if wanted in known:
        return wanted
    have = f"use {' or '.join(known)}" if known else "leave the mode out"
    if wanted not in agent.mode:
        raise PlanError(f"{agent.name} has no mode {wanted!r}", hint=have)
    others = " or ".join(each for each in agent.ways if each != way)
    where = "headless" if way == "headless" else "on its own screen"
    raise PlanError(
        f"{agent.name} does not hold to mode {wanted!r} {where}",
        hint=f"{have} there, or run it as {others}" if others else have,
    )


def _words(
    agent: Agent, run: Screen | Headless, request: StartRequest
) -> dict[str, str]:
    return {
        "prompt": guarded(request.prompt, run.guard, run.guarded),
        "prompt_file": request.prompt_file,
        "command": request.command,
        "key": request.key,
        "key_tail": request.key[-KEY_TAIL:],
        "endpoint": request.endpoint or agent.model.url,
        "model": request.model or agent.model.default,
        "workspace": request.workspace,
        "id": request.conversation,
        "briefing": request.briefing,
        "briefing_file": request.briefing_file,
        "side_file": request.side_file,
        "hook": request.hook_file,
        "port": str(agent.side.port),
        "socket": agent.side.socket,
    }


def guarded(prompt: str, guard: str, first: str) -> str:
    """The prompt, with `guard` before it if it begins with a character of `first`."""
    begins = prompt.lstrip()[:1]
    return guard + prompt if begins and begins in first else prompt


def as_typed(agent: Agent, text: str) -> str:
    """The text that is typed: its own, unless the agent would take it for a command."""
    screen, text = agent.screen, text.replace("\r\n", "\n")
    return guarded(text, screen.guard, screen.guarded) if screen else text


def _conversation(agent: Agent, request: StartRequest) -> tuple[str, ...]:
    known = agent.conversation
    if not request.conversation:
        return known.last if request.resumes else ()
    return known.resume if request.resumes else known.begin


def _argv(
    template: tuple[str, ...],
    lists: dict[str, tuple[str, ...]],
    words: dict[str, str],
    servers: tuple[str, ...],
) -> Iterator[str]:
    """The argv; `servers` stand for `{mcp}` as they are, braces and all."""
    for item in template:
        name = item[1:-1]
        if item == "{mcp}":
            yield from servers
        elif item == f"{{{name}}}" and name in lists:
            yield from (filled(part, words) for part in lists[name])
        elif "{prompt}" not in item or words["prompt"]:
            yield filled(item, words)


def _set(variables: dict[str, str], words: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The variables but those that are one word which stands for nothing."""
    for name, text in variables.items():
        if text[:1] != "{" or words.get(text[1:-1], text):
            yield name, text


def filled(template: str, words: dict[str, str]) -> str:
    """The template with each `{word}` replaced once; a value is never read again."""
    out, rest = "", template
    while rest:
        head, opening, tail = rest.partition("{")
        word, closing, after = tail.partition("}")
        if opening and closing and word in words:
            out, rest = out + head + words[word], after
        else:
            out, rest = out + head + opening, tail
    return out
