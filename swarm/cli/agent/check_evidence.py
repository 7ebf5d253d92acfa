"""What a check saw of an agent's turn, and what a failure of it likely comes of."""

from collections.abc import Iterator
from dataclasses import dataclass

from swarm.agents.description import Agent
from swarm.cli.agent.check_policy import host_of, is_told, rule_words
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.policy import services
from swarm.policy.reasons import Reason

_PATHS = {
    "anthropic": "/messages",
    "responses": "/responses",
    "chat": "/chat/completions",
    "gemini": "GenerateContent",
}
_NAMES = 6
"""The most hosts or tools that are named."""


@dataclass(frozen=True, slots=True)
class DeniedHost:
    """A place that the gate refused, and why."""

    place: str
    """Host and port."""
    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate, the scripted model and the container engine saw of one turn."""

    has_ended: bool
    exit_code: int | None = None
    requests: int = 0
    """What asked the model, in any words."""
    prompted: int = 0
    """Of these, with the prompt."""
    paths: tuple[str, ...] = ()
    """Of the requests whose key was not the real one."""
    strays: tuple[str, ...] = ()
    """Paths at the model's host that are of no protocol."""
    tools: tuple[str, ...] = ()
    """What it offers its model, of all requests with the prompt."""
    results: tuple[str, ...] = ()
    """What its tools answered."""
    has_edited: bool = False
    has_committed: bool = False
    denied: tuple[DeniedHost, ...] = ()
    """But the one that it was told to ask."""


def causes(agent: Agent, seen: Evidence) -> Iterator[str]:
    """Sentences on what likely went wrong, and the way out; harmless for a screen.

    None if nothing of it is known here.
    """
    if not seen.requests:
        yield from _unasked(agent, seen)
    elif seen.paths:
        yield _wrong_key(agent, seen.paths)
    elif not seen.prompted:
        yield (
            "its model was asked, but not with the prompt: see how the argv hands it "
            "over ({prompt}, or standard input without that)"
        )
    elif not (seen.has_edited and seen.has_committed):
        yield from _undone(agent, seen)
    yield from _elsewhere(seen)


def _unasked(agent: Agent, seen: Evidence) -> Iterator[str]:
    model = agent.model
    asked = next((one for one in seen.denied if _is_of_a_model(one)), None)
    if seen.strays:
        paths = ", ".join(safe_line(path, 80) for path in seen.strays[:_NAMES])
        yield (
            f"it asked its model's host for {paths}, which is of no protocol that a "
            f"check plays: {', '.join(_PATHS)}"
        )
    elif asked:
        host = safe_line(asked.place.rpartition(":")[0], 80)
        how = (
            f"it does not take its model's address from {model.endpoint}: see its help "
            "for the right variable or option"
            if model.endpoint
            else 'if a variable holds that address, name it: `endpoint = "…"`'
        )
        yield (
            f"it asked {host} for its model, not {host_of(agent)}; {how}. If it "
            f'always asks that host, put `url = "https://{host}"` under [model]'
        )
    elif not seen.has_ended:
        yield (
            "it did not ask its model: it may wait for a person. The answer to a "
            "question of its first run goes into a `[[seed]]`, an option that asks for "
            "nothing into the argv"
        )
    elif seen.denied:
        yield (
            f"it did not ask {host_of(agent)}, where its model is"
            + (f" ({model.endpoint} says so)" if is_told(agent) else "")
            + ". If one of the hosts below is its model's, put its address under "
            '[model]: `url = "https://HOST"`'
        )
    else:
        yield (
            "it ended before it asked anything of the network: what it printed says "
            "why. A variable that it needs goes into [environment], a file or the "
            "answer to a question of its first run into a `[[seed]]`"
        )


def _is_of_a_model(denied: DeniedHost) -> bool:
    """True if its key went there, or if it is known as a model's host."""
    host = denied.place.rpartition(":")[0]
    return denied.reason == Reason.SECRET_ELSEWHERE or any(
        host in services.model_hosts(name) for name in services.catalogue()
    )


def _wrong_key(agent: Agent, paths: tuple[str, ...]) -> str:
    _, header, _ = rule_words(agent)
    told = agent.model.protocol
    spoken = next(
        (name for name, end in _PATHS.items() if any(end in path for path in paths)),
        told,
    )
    way_out = (
        f'it speaks another protocol than {told}: put `protocol = "{spoken}"` under '
        "[model]"
        if spoken != told
        else f"its key is to be in {agent.model.key}: see its help for the variable"
    )
    return f"its model was asked without the key in the header {header}; {way_out}"


def _undone(agent: Agent, seen: Evidence) -> Iterator[str]:
    if seen.results:
        yield (
            "the last tool that its model called answered: "
            f"`{safe_line(seen.results[-1], 200)}`. If it wants to be asked first, "
            "its word for doing all unasked is missing: [mode.full]"
        )
    elif agent.model.edits == "text":
        yield "it did not take the edit from what its model said"
    elif not seen.tools:
        yield (
            "it offers its model no tools to call, and the check calls tools: see its "
            "help for an option that has it use tool calls. If it takes edits from its "
            'model\'s words as aider does, put `edits = "text"` under [model]'
        )
    else:
        named = ", ".join(safe_line(tool, 40) for tool in seen.tools[:_NAMES])
        more = f" and {len(seen.tools) - _NAMES} more" * (len(seen.tools) > _NAMES)
        yield (
            f"it offers its model the tools {named}{more}; what came of a call was "
            "not told to the model"
        )


def _elsewhere(seen: Evidence) -> Iterator[str]:
    """The other hosts that it asked, in one sentence."""
    if not seen.denied:
        return
    places = ", ".join(
        f"{safe_line(one.place, 80)} ({safe_line(one.reason, 40)}"
        + (f", {plural(one.times, 'time')}" if one.times > 1 else "")
        + ")"
        for one in seen.denied[:_NAMES]
    )
    yield (
        f"the gate denied it {places}. What it needs goes into `services`, or "
        "`swarm policy allow` opens it; what it only asks by itself is switched off by "
        '[environment] or an option, and `quiet = ["HOST"]` keeps it out of sight'
    )
