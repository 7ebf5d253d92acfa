"""`swarm agent ls` and `show`: which agents there are, and what is known of each."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from swarm.agents import captures, pins, registry, token_kind
from swarm.agents.description import MODES, Agent
from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.cli.arguments import repository
from swarm.engine.readers.agent_secrets import GIVE_A_KEY
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.standing import Standing, in_order

_NO_IMAGE, _NO_KEY, _DATA_ONLY = "no image", "no key", "data only"
_TOKENS = {
    "none": "",
    "lock": "cannot be held outside a box, and do not say whose they are: "
    "`swarm login` refuses this agent; give it a key",
}
_HELD = "held and refreshed on the gate's side alone"
_SHARED = (
    "in its boxes, for they cannot be held outside: one task at a time has the lock "
    "and the refresh token; what it renews is checked and taken back, and the others "
    "are given the new access token"
)


def list_agents(args: Namespace) -> int:
    """List them, those that can run now first; works without a container engine."""
    standings = _standings(args)
    found = {name: _read(name) for name in registry.names()}
    names = in_order(standings, tuple(found))
    if args.json:
        output.as_json([_facts(n, *found[n], standings.get(n)) for n in names])
        return exit_codes.DONE
    head = ["AGENT", "VERSION", "RUNS", "MODES", "STATE"]
    rows = [_row(n, *found[n], standings.get(n)) for n in names]
    output.columns(head, rows)
    logins = [n for n in sorted(found) if (agent := found[n][0]) and _can_log_in(agent)]
    words = {word for *_, state in rows for word in state.split(", ")}
    ways = [(word, way) for word, way in _ways_out(logins) if word in words]
    if ways:
        output.out()
        output.fields(ways)
    return exit_codes.DONE


def _facts(
    name: str, agent: Agent | None, problem: str, standing: Standing | None
) -> dict[str, Any]:
    if agent is None:
        return {"name": name, "problem": problem}
    return {
        "name": name,
        "title": agent.title,
        "version": agent.image.version,
        "ways": agent.ways,
        "modes": _mode_names(agent),
        "licence": agent.licence,
        "yours": name in registry.own_names(),
        "state": _state(agent, standing),
    }


def _row(
    name: str, agent: Agent | None, problem: str, standing: Standing | None
) -> list[str]:
    state = safe_line(_short_state(agent, problem, standing), 200)
    if agent is None:
        return [name, "", "", "", state]
    version = "" if agent.unavailable else agent.image.version
    modes = " ".join(_mode_names(agent))
    return [name, version, " ".join(agent.ways), modes, state]


def _mode_names(agent: Agent) -> list[str]:
    return [mode for mode in MODES if mode in agent.mode]


def _short_state(agent: Agent | None, problem: str, standing: Standing | None) -> str:
    """What is missing, in two words each; the way out of each stands below them all."""
    if agent is None:
        return problem
    if agent.unavailable:
        return _DATA_ONLY
    if standing is None:
        return ""
    image = _NO_IMAGE if standing.image_problem else ""
    key = _NO_KEY if standing.key_problem else ""
    return ", ".join(filter(None, (standing.problem, image, key))) or "ready"


def _ways_out(logins: list[str]) -> list[tuple[str, str]]:
    """Of each thing that may be missing; `logins` are agents that can log in."""
    return [
        (_NO_IMAGE, "`swarm image build NAME`: once, for minutes"),
        (_NO_KEY, f"{GIVE_A_KEY}; a subscription: `swarm login {'|'.join(logins)}`"),
        (_DATA_ONLY, "not tried, or not to be had: `swarm agent show NAME` says why"),
    ]


def _can_log_in(agent: Agent) -> bool:
    return not agent.unavailable and token_kind.find(agent.login.tokens) is not None


def _read(name: str) -> tuple[Agent | None, str]:
    """The agent, or what is wrong with its file."""
    try:
        return registry.find(name), ""
    except SwarmError as error:
        return None, error.message


def _standings(args: Namespace) -> dict[str, Standing]:
    """What a task of each would stand on; empty, with a note, if that is unknown."""
    try:
        return wiring.standings(home.ensure_paths(), repository(args))
    except SwarmError as error:
        output.note(f"note: what can run now is not known: {safe_line(error.message)}")
        return {}


def _state(agent: Agent | None, standing: Standing | None) -> str:
    if agent is not None and agent.unavailable:
        return "data only: `swarm agent show` says why"
    if standing is None:
        return ""
    return "; ".join(standing.problems) or "ready"


def show(args: Namespace) -> int:
    """Show one agent; PlanError if there is none, or if its file has a mistake."""
    agent = registry.find(args.name)
    if args.json:
        output.as_json(asdict(agent))
        return exit_codes.DONE
    output.fields(_fields(agent))
    return exit_codes.DONE


def _fields(agent: Agent) -> list[tuple[str, str]]:
    image, is_own = agent.image, agent.name in registry.own_names()
    package = f"{image.package} {image.version} ({image.manager})"
    origin = f"yours: {registry.user_folder() / agent.name}.toml" if is_own else "swarm"
    redistribute = "may be passed on" if agent.redistribute else "must not be passed on"
    return [
        ("agent", f"{agent.title}: {agent.summary}"),
        ("page", agent.homepage),
        ("from", origin),
        ("unavailable", agent.unavailable),
        ("licence", f"{agent.licence}; a built image {redistribute}"),
        ("package", package if image.manager != "none" else ""),
        ("pinned", _pinned(agent)),
        ("image", agent.image_name),
        ("runs", "\n".join(_runs(agent))),
        ("modes", "\n".join(_modes(agent))),
        ("conversation", _conversation(agent)),
        ("model", _model(agent)),
        ("services", ", ".join(agent.services)),
        ("login", _login(agent)),
        ("tokens", _tokens(agent)),
        ("keeps", ", ".join(agent.state.keep)),
        ("first run", ", ".join(seed.path for seed in agent.seed)),
        ("rules", agent.places.rules),
        ("skills", _skills(agent)),
        ("MCP", _mcp(agent)),
        ("quiet", ", ".join(agent.quiet)),
        ("cues", _cues(agent)),
    ]


def _pinned(agent: Agent) -> str:
    """Where the user's own choice of the version stands; empty without one."""
    described = registry.as_described(agent.name).image.version
    if agent.image.version == described:
        return ""
    file = pins.path(registry.user_folder(), agent.name)
    return f"by {file}, in place of {described}"


def _runs(agent: Agent) -> list[str]:
    runs = (("screen", agent.screen), ("headless", agent.headless))
    return [
        f"{way}: {' '.join(run.argv)}   (prompt by {run.prompt})"
        for way, run in runs
        if run is not None
    ]


def _modes(agent: Agent) -> list[str]:
    """Each mode in the agent's own words; the last is the usual one."""
    lines = []
    for name in MODES:
        if name in agent.mode:
            mode = agent.mode[name]
            words = [*mode.argv, *(f"{k}={v}" for k, v in mode.environment.items())]
            ways = [way for way in agent.ways if name in agent.modes_of(way)]
            only = "" if len(ways) == len(agent.ways) else f"   ({ways[0]} alone)"
            lines.append(f"{name}: {' '.join(words) or 'as it is'}{only}")
    return lines


def _conversation(agent: Agent) -> str:
    whose = {
        "chosen": "its id is the task's own, from birth",
        "stream": "its id is read from what it prints",
        "file": "its id is read from a file's name",
        "none": "it cannot be taken up again",
    }[agent.conversation.id]
    resume = " ".join(agent.conversation.resume)
    return f"{whose}; resumed by {resume}" if resume else whose


def _model(agent: Agent) -> str:
    model = agent.model
    parts = [f"protocol {model.protocol}"]
    parts += [f"key {model.key}"] if model.key else []
    parts += [f"endpoint {model.endpoint}"] if model.endpoint else []
    return ", ".join([*parts, *([model.url] if model.url else [])])


def _login(agent: Agent) -> str:
    if agent.login.kind == "none":
        return ""
    return f"{agent.login.kind}: {' '.join(agent.login.argv)}"


def _tokens(agent: Agent) -> str:
    kind = token_kind.find(agent.login.tokens)
    if kind is None:
        return _TOKENS[agent.login.tokens]
    return _SHARED if kind.shared else _HELD


def _skills(agent: Agent) -> str:
    if not agent.places.skills:
        return ""
    how = "links" if agent.places.follows_links else "copies, which each start renews"
    return f"{agent.places.skills}: {how}"


def _mcp(agent: Agent) -> str:
    places = agent.places
    if not places.mcp_format:
        return "takes no servers that you bring"
    return f"servers that you bring, in the format of {places.mcp_format}"


def _cues(agent: Agent) -> str:
    versions = ", ".join(captures.versions_seen(agent)) or "no version"
    names = ", ".join(agent.cues)
    return f"{names}\nseen in {versions}" if names else ""
