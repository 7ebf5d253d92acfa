"""The rules that decide what an agent is doing, from facts of ours and its own claims.

A table, read from the top: the first rule that fits decides. Two laws hold whatever is
claimed: a claim may raise that the agent asks, but never lowers `working` while a
request to a model is open; and `ready` needs a claim of the end, or silence of gate and
sensor. A claim that contradicts the decision for a while is told beside it.
"""

from collections.abc import Callable, Iterable

from swarm.model import exit_zero
from swarm.model.agent_state import (
    ASKING,
    DONE,
    AgentState,
    AgentStatus,
    Evidence,
    Source,
)
from swarm.model.ended_by_you import is_by_you
from swarm.model.frozen import frozen
from swarm.model.limits import REFUSED_WORDS, ModelLimit, ModelRefusal
from swarm.model.question import Question
from swarm.model.task import State

PAUSE_SECONDS = 6.0
"""An agent's own pause between two steps; no end of its work by itself."""
SILENCE_SECONDS = 30.0
"""Without a sign of work the agent is not working, whatever it draws."""
START_SECONDS = 600.0
"""Silence before its first request and its first word: some start slowly."""
STALL_SECONDS = 20.0
"""Silence after a denial, if the agent does not say that it is ready."""
CONTRADICTION_SECONDS = 30.0
ARRIVAL_SECONDS = 10.0
"""For which a text that was given counts as work, without a sign of it."""
ENOUGH_ENDS = 3
"""Ends that a source may tell of in half a minute; of more, none counts by itself."""
COMMAND_SECONDS = 1.0
"""An agent at rest looks at its repository with commands that are shorter."""
FILES_SECONDS = 5.0
"""Files count as changing for this long after the last change."""
LAG_SECONDS = 2.0
"""A title or a screen is read up to this long after it was drawn."""
TOOLS_REFUSED = "exit 0, but its tools were refused and nothing has changed"
_TRUST = tuple(Source)
_ONCE = frozenset({Source.HOOK, Source.STREAM})
"""Sources that say a thing once, and do not take it back."""
_READ = frozenset({Source.TITLE, Source.SCREEN})
_LOGIN = frozenset({"key", "credit", "forbidden"})
"""What a refusal is about if a human must see to an account."""


@frozen
class Claim:
    """The newest word of one source about the agent."""

    state: AgentState
    source: Source
    rule: str
    text: str
    at: float
    """The time of the message; of a title or screen, since when it says so."""
    until: float | None = None
    ends: int = 1
    """How often its source has lately said that its turn ended."""

    @property
    def is_chatter(self) -> bool:
        """True if it tells of an end so often that its word alone proves none."""
        return self.ends > ENOUGH_ENDS

    @property
    def evidence(self) -> Evidence:
        """What a status says it was decided by."""
        return Evidence(self.source, self.rule, self.text, self.at)


@frozen
class StateFacts:
    """What is known of one agent; times as `now`, of one clock."""

    now: float
    task_state: State
    began: float
    """The time when its sandbox began to run."""
    is_headless: bool = False
    exit_code: int | None = None
    failed_with_0: bool = False
    """Its agent failed, though its exit code is 0."""
    reason: str = ""
    """The reason why it ended, if it did not end by itself."""
    has_work: bool = True
    """Its files or commits differ from its base; known once it has ended."""
    refused_tools: str = ""
    """The stream's words on tools that were refused to it; a claim."""
    open_requests: int = 0
    asked: float | None = None
    """The time when the newest request to a model began."""
    answered: float | None = None
    prompted: float | None = None
    """The time when a text was last given to it."""
    model_host: str = ""
    limit: ModelLimit | None = None
    waits_for_limit: bool = False
    """It goes on after the limit, or its human is asked: its end is none."""
    refusal: ModelRefusal | None = None
    questions: tuple[Question, ...] = ()
    """Those that are open, by its side channel."""
    denied: float | None = None
    """The time of the newest denial that is shown."""
    denied_host: str = ""
    command: str = ""
    """A command of the agent's that runs; not the agent itself."""
    command_began: float = 0.0
    command_ended: float | None = None
    files: float | None = None
    """The time of the newest change of a file."""
    busy: float | None = None
    """The time when its processor was last at work."""
    sees_commands: bool = True
    """The sensor tells of commands; if it does not, silence is no proof."""
    claims: tuple[Claim, ...] = ()
    """The newest of each source."""
    before: AgentStatus | None = None

    @property
    def quiet_for(self) -> float:
        """Seconds without a sign of gate, sensor or processor; 0 while one lasts."""
        if self.open_requests or self.command:
            return 0.0
        signs = (
            self.asked,
            self.answered,
            self.command_ended,
            self.files,
            self.busy,
            self.began,
        )
        return self.since(max(sign for sign in signs if sign is not None))

    def since(self, at: float) -> float:
        """Seconds from that time until now; never negative, if a clock was set."""
        return max(0.0, self.now - at)


@frozen
class _Decision:
    """What a rule says."""

    state: AgentState
    evidence: Evidence
    detail: str = ""
    until: float | None = None


Rule = Callable[[StateFacts], _Decision | None]


def decide(facts: StateFacts) -> AgentStatus:
    """The agent's status by the first rule that fits."""
    decisions = (rule(facts) for rule in RULES)
    decision = next(one for one in decisions if one)
    before = facts.before
    since = facts.now
    if before and before.state is decision.state:
        since = min(before.since, facts.now)
    return AgentStatus(
        decision.state,
        since,
        decision.evidence,
        decision.detail,
        decision.until,
        _contradiction(facts, decision, since),
    )


# The rules, in the order of the table.


def _over(facts: StateFacts) -> _Decision | None:
    """Its container has ended. Exit 0 proves nothing."""
    if facts.task_state in (State.QUEUED, State.PROVISIONING, State.LIVE):
        return None
    if facts.waits_for_limit and not is_by_you(facts.reason):
        return _limited(facts)
    code, why = facts.exit_code, facts.reason
    words = f"it ended with {code}" if code is not None else "it ended"
    evidence = _fact(Source.ENGINE, "ended", words, facts.now)
    is_refused = facts.refusal is not None
    is_failed = exit_zero.is_failure(code, why, facts.failed_with_0, is_refused)
    is_failed = is_failed or facts.task_state in (State.FAILED, State.LOST)
    if is_failed or (code and not is_by_you(why)):
        return _Decision(AgentState.FAILED, evidence, why or words)
    if code == 0 and facts.is_headless and not facts.has_work and not why:
        if facts.refused_tools:
            return _Decision(AgentState.FAILED, evidence, TOOLS_REFUSED)
        return _Decision(AgentState.ENDED, evidence, "exit 0, but nothing has changed")
    return _Decision(AgentState.ENDED, evidence, why)


def _not_yet(facts: StateFacts) -> _Decision | None:
    """Its sandbox is being made."""
    if facts.task_state is State.LIVE:
        return None
    return _Decision(
        AgentState.STARTING,
        _fact(Source.ENGINE, "launch", "its sandbox is being made", facts.now),
    )


def _limited(facts: StateFacts) -> _Decision | None:
    """The gate saw the model's limit, whatever the agent draws."""
    limit = facts.limit
    if limit is None:
        return None
    is_over = limit.until is not None and limit.until <= facts.now
    if is_over and facts.open_requests:
        return None  # it tries again: the answer will tell
    is_usage = limit.kind == "usage"
    state = AgentState.LIMITED if is_usage else AgentState.OVERLOADED
    words = f"{limit.host} answered: {limit.text}" if limit.text else limit.host
    evidence = _fact(Source.GATE, f"{limit.kind} limit", words, facts.now)
    return _Decision(state, evidence, until=limit.until)


def _has_question(facts: StateFacts) -> _Decision | None:
    """A question of its is open on its side channel."""
    if not facts.questions:
        return None
    question = facts.questions[0]
    is_permission = question.kind == "permission"
    state = AgentState.ASKS_PERMISSION if is_permission else AgentState.ASKS_QUESTION
    evidence = Evidence(
        Source.CHANNEL, question.source, question.title, question.asked_at
    )
    return _Decision(state, evidence)


def _asks(facts: StateFacts) -> _Decision | None:
    """A source says that it asks, and no source that is believed more says else."""
    standing = [one for one in facts.claims if not _is_outdated(one, facts)]
    for claim in _by_trust(standing):
        if claim.state in ASKING and not any(
            _outranks(other, claim) and other.at > claim.at for other in standing
        ):
            return _Decision(claim.state, claim.evidence)
    return None


def _waits_for_model(facts: StateFacts) -> _Decision | None:
    """A request to a model is open."""
    if not facts.open_requests:
        return None
    began = facts.now if facts.asked is None else facts.asked
    where = f" to {facts.model_host}" if facts.model_host else ""
    words = f"a request{where} is open"
    if facts.open_requests > 1:
        words = f"{facts.open_requests} requests{where} are open"
    return _Decision(
        AgentState.WORKING, _fact(Source.GATE, "request", words, began), "model"
    )


def _needs_login(facts: StateFacts) -> _Decision | None:
    """The model's host takes its key or its account no more."""
    refusal = facts.refusal
    if refusal is None or refusal.why not in _LOGIN:
        return None
    words = f"{refusal.host} answered {refusal.status}"
    evidence = _fact(Source.GATE, "refusal", words, refusal.since)
    return _Decision(AgentState.NEEDS_LOGIN, evidence, REFUSED_WORDS[refusal.why])


def _in_the_way(facts: StateFacts) -> _Decision | None:
    """It says that something keeps it from working: a dialog, a login, a limit."""
    claim = _voice(facts)
    if claim is None or claim.state not in _HINDRANCES:
        return None
    return _Decision(claim.state, claim.evidence, until=claim.until)


def _stalled(facts: StateFacts) -> _Decision | None:
    """Something was denied, nothing has happened since, and it is not ready."""
    if facts.denied is None or facts.open_requests:
        return None
    later = (facts.asked, facts.files, facts.busy, facts.command_ended)
    if any(at is not None and at > facts.denied + LAG_SECONDS for at in later):
        return None
    if facts.command and facts.command_began > facts.denied:
        return None
    claim = _voice(facts)
    is_ready = claim is not None and claim.state is AgentState.READY
    if is_ready or facts.since(facts.denied) < STALL_SECONDS:
        return None
    words = f"{facts.denied_host} was denied, and nothing has happened since"
    evidence = _fact(Source.GATE, "denial", words, facts.denied)
    return _Decision(AgentState.STALLED, evidence, facts.denied_host)


def _runs_command(facts: StateFacts) -> _Decision | None:
    """A command of its own runs that is older than no claim of the end."""
    began = facts.command_began
    if not facts.command or _said_ready_after(facts, began):
        return None
    is_at_work = facts.before is None or facts.before.state in _AT_WORK
    if not is_at_work and facts.since(began) < COMMAND_SECONDS:
        return None
    evidence = _fact(Source.SENSOR, "command", facts.command, facts.command_began)
    return _Decision(AgentState.WORKING, evidence, "tool")


def _changes_files(facts: StateFacts) -> _Decision | None:
    """Files have changed within seconds, and no claim of the end is newer."""
    at = facts.files
    if at is None or facts.since(at) >= FILES_SECONDS or _said_ready_after(facts, at):
        return None
    evidence = _fact(Source.SENSOR, "files", "its files change", at)
    return _Decision(AgentState.WORKING, evidence, "tool")


def _has_prompt(facts: StateFacts) -> _Decision | None:
    """A text was given to it a moment ago, and no sign is newer."""
    at = facts.prompted
    if at is None or facts.since(at) >= ARRIVAL_SECONDS:
        return None
    signs = (facts.asked, facts.answered, *(claim.at for claim in facts.claims))
    if any(sign is not None and sign > at for sign in signs):
        return None
    evidence = _fact(Source.ENGINE, "prompt", "a text was given to it", at)
    return _Decision(AgentState.WORKING, evidence, "model")


def _says_ready(facts: StateFacts) -> _Decision | None:
    """It says that its turn ended: after its last request, or quiet for a moment."""
    claim = _voice(facts)
    if claim is None or claim.state not in DONE:
        return None
    is_newer = facts.asked is None or claim.at >= facts.asked
    counts = is_newer and (not claim.is_chatter or _is_at_rest(facts))
    if not counts and facts.quiet_for < PAUSE_SECONDS:
        return None
    if facts.is_headless or claim.state is AgentState.DONE_RUNNING:
        return _Decision(AgentState.DONE_RUNNING, claim.evidence)
    return _Decision(AgentState.READY, claim.evidence)


def _pauses(facts: StateFacts) -> _Decision | None:
    """It has worked a moment ago: a pause between two steps."""
    before = facts.before
    if before is None or before.state is not AgentState.WORKING:
        return None
    if facts.quiet_for >= PAUSE_SECONDS:
        return None
    return _Decision(before.state, before.evidence, before.detail)


def _says_working(facts: StateFacts) -> _Decision | None:
    """It says that it works, and has shown a sign of it, or cannot be seen to."""
    claim = _voice(facts)
    if claim is None or claim.state is not AgentState.WORKING:
        return None
    if facts.sees_commands and facts.quiet_for >= SILENCE_SECONDS:
        return None
    return _Decision(AgentState.WORKING, claim.evidence)


def _is_silent(facts: StateFacts) -> _Decision | None:
    """Neither gate nor sensor nor processor has shown a sign for a while."""
    says_more = any(claim.state is not AgentState.STARTING for claim in facts.claims)
    has_begun = facts.asked is not None or says_more
    if facts.quiet_for < (SILENCE_SECONDS if has_begun else START_SECONDS):
        return None
    at = facts.now - facts.quiet_for
    words = "no request, no command, no change of a file"
    evidence = _fact(Source.GATE, "silence", words, at)
    state = AgentState.DONE_RUNNING if facts.is_headless else AgentState.READY
    return _Decision(state, evidence)


def _starts(facts: StateFacts) -> _Decision | None:
    """It runs, and has done nothing yet; one that was ready stays so."""
    if facts.asked is not None:
        return None
    before = facts.before
    if before is not None and before.state is AgentState.READY:
        return _Decision(before.state, before.evidence)
    evidence = _fact(Source.ENGINE, "started", "its container runs", facts.began)
    return _Decision(AgentState.STARTING, evidence)


def _was_working(facts: StateFacts) -> _Decision | None:
    """It has asked a model, and says nothing: it works until it is silent."""
    at = facts.now - facts.quiet_for
    evidence = _fact(Source.GATE, "answered", "its last answer is a moment old", at)
    return _Decision(AgentState.WORKING, evidence, "model")


RULES: tuple[Rule, ...] = (
    _over,
    _not_yet,
    _limited,
    _has_question,
    _asks,
    _waits_for_model,
    _needs_login,
    _in_the_way,
    _stalled,
    _runs_command,
    _changes_files,
    _has_prompt,
    _says_ready,
    _pauses,
    _says_working,
    _is_silent,
    _starts,
    _was_working,
)
"""From the top; the last one always fits."""

_AT_WORK = frozenset({AgentState.STARTING, AgentState.WORKING})
_HINDRANCES = frozenset(
    {
        AgentState.FIRST_RUN,
        AgentState.NEEDS_LOGIN,
        AgentState.LIMITED,
        AgentState.OVERLOADED,
    }
)


def _voice(facts: StateFacts) -> Claim | None:
    """The claim of the source that is believed most of those that still hold."""
    standing = (one for one in facts.claims if not _is_outdated(one, facts))
    return next(iter(_by_trust(standing)), None)


def _is_outdated(claim: Claim, facts: StateFacts) -> bool:
    """True if what was said once has been overtaken by a request or a newer word."""
    if claim.source not in _ONCE:
        return False
    if facts.asked is not None and facts.asked > claim.at:
        return True
    others = (one for one in facts.claims if one.state is not claim.state)
    return any(
        one.at > claim.at + (LAG_SECONDS if one.source in _READ else 0.0)
        for one in others
    )


def _by_trust(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: _TRUST.index(claim.source))


def _outranks(one: Claim, other: Claim) -> bool:
    return _TRUST.index(one.source) < _TRUST.index(other.source)


def _said_ready_after(facts: StateFacts, at: float) -> bool:
    claim = _voice(facts)
    if claim is None or claim.state not in DONE or claim.is_chatter:
        return False
    return claim.at > at


def _is_at_rest(facts: StateFacts) -> bool:
    """True if it was ready, and has shown no sign of work since."""
    before = facts.before
    if before is None or before.state not in DONE or facts.command:
        return False
    signs = (facts.asked, facts.answered, facts.command_ended, facts.files)
    return all(sign is None or sign <= before.since for sign in signs)


def _contradiction(facts: StateFacts, decision: _Decision, since: float) -> str:
    """A sentence if what the agent says has not fitted for a while."""
    claim = _voice(facts)
    if claim is None:
        return ""
    lasts = facts.since(since if claim.is_chatter else max(claim.at, since))
    if decision.state is AgentState.WORKING and claim.state in DONE:
        if lasts >= CONTRADICTION_SECONDS:
            return f"says ready, but {_in_short(facts)}"
    elif decision.evidence.rule == "silence" and claim.state is AgentState.WORKING:
        return "says working, but nothing happens"
    return ""


def _in_short(facts: StateFacts) -> str:
    if facts.open_requests:
        return "a request is open"
    if facts.command:
        return "a command runs"
    return "it asks its model again and again"


def _fact(source: Source, rule: str, text: str, at: float) -> Evidence:
    return Evidence(source, rule, text, at)
