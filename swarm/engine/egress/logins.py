"""What a stored login means for a task: rules, a secret, and the gate's own answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from swarm.agents import login_store, login_tokens, token_kind
from swarm.agents.description import Agent, Seed
from swarm.agents.login_store import StoredLogin
from swarm.agents.token_kind import Swap, TokenKind, Url
from swarm.errors import PlanError
from swarm.policy.logins import SOURCE, agent_of, is_login, secret_name
from swarm.policy.rules import Inject, Policy, Rule, Secret

REFUSED_STATUS = 400


@dataclass(frozen=True, slots=True)
class LoginRules:
    """What a login adds to the policy of its agent's tasks."""

    rules: tuple[Rule, ...] = ()
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldLogins:
    """What the gate is given about the logins of one policy."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    placeholders: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    former: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


def rules_for(home: Path, agent: str) -> LoginRules:
    """What the agent's login adds; nothing if there is none that can be held.

    Also of one that was revoked: the agent is then told so by the gate. ConfigError if
    the login's file is not to be trusted.
    """
    login = login_store.read(home, agent)
    kind = token_kind.find(login.kind) if login else None
    if kind is None:
        return LoginRules()
    name, origin = secret_name(agent), f"swarm login {agent}"
    if kind.shared:
        return LoginRules(_shared_rules(kind, origin))
    inject = Inject(kind.header, kind.template, name)
    uses = (
        Rule("allow", host, model=kind.model, inject=inject, origin=origin)
        for host in kind.hosts
    )
    answered = (
        Rule(
            "allow",
            url.host,
            methods=("GET", "POST"),
            paths=(url.path,),
            answer=answer,
            origin=origin,
        )
        for answer, url in _places(agent, kind)
    )
    secret = Secret(name, f"{SOURCE}{agent}", kind.hosts, origin=origin)
    rules = tuple(replace(rule, layer="agent") for rule in (*answered, *uses))
    return LoginRules(rules, (secret,))


def is_shared(login: StoredLogin) -> bool:
    """Whether boxes hold the tokens, for the gate cannot."""
    return token_kind.is_shared(login.kind)


def _shared_rules(kind: TokenKind, origin: str) -> tuple[Rule, ...]:
    """Where a box may send tokens that it has: nothing is put in, or answered."""
    uses = [Rule("allow", host, model=kind.model) for host in kind.hosts]
    renews = [
        Rule("allow", url.host, methods=("POST",), paths=(url.path,))
        for url in (kind.endpoint, *kind.also)
    ]
    return tuple(
        replace(rule, origin=origin, layer="agent") for rule in (*renews, *uses)
    )


def _places(agent: str, kind: TokenKind) -> list[tuple[str, Url]]:
    """Each address that the gate answers for, with its answer's name."""
    tokens = [(f"{agent} token", url) for url in (kind.endpoint, *kind.also)]
    others = [
        (f"{agent} {number}", fixed.url) for number, fixed in enumerate(kind.answers)
    ]
    return tokens + others


def logged_in(
    home: Path, agent: Agent, environment: Mapping[str, str], now: float
) -> Agent:
    """The agent as it begins with its stored login: its files hold placeholders.

    As it is if there is none, or if a key of the user's policy is there for it.
    PlanError for a login that must be made anew.
    """
    login = login_store.read(home, agent.name)
    kind = token_kind.find(login.kind) if login else None
    if login is None or kind is None or environment.get(agent.model.key):
        return agent
    if login.revoked:
        raise PlanError(
            logged_out(agent.name, login.revoked),
            hint=f"log in again first: `swarm login {agent.name}`",
        )
    if kind.shared:  # its file is put into the home when the box is made
        return replace(agent, seed=seeds(agent, kind))
    text = login_tokens.placeholder_file(kind, login.tokens, login.mark, now)
    return replace(agent, seed=(*seeds(agent, kind), Seed(agent.login.done, text)))


def seeds(agent: Agent, kind: TokenKind) -> tuple[Seed, ...]:
    """The agent's first files as they are if a login is used, without the login's."""
    return tuple(_swapped(seed, kind.swaps) for seed in agent.seed)


def _swapped(seed: Seed, swaps: tuple[Swap, ...]) -> Seed:
    for swap in swaps:
        if swap.path == seed.path:
            seed = replace(seed, text=seed.text.replace(swap.old, swap.new))
    return seed


def logged_out(agent: str, words: str) -> str:
    """The sentence about a login that must be made anew."""
    return f"{agent} is logged out ({words}): `swarm login {agent}`"


def problem(home: Path, agent: str, now: float) -> str:
    """What is wrong with a stored login, and the way out; empty if nothing is."""
    login = login_store.read(home, agent)
    if login is None:
        return ""
    if login.revoked:
        return logged_out(agent, login.revoked)
    attempt = login_store.read_attempt(home, agent)
    if login.tokens.expires <= now and attempt.trouble:
        return f"{agent}'s login has expired and was not renewed: {attempt.trouble}"
    return ""


def held(home: Path, policy: Policy, now: float) -> HeldLogins:
    """Values, placeholders and answers for the logins that the policy names."""
    made = HeldLogins()
    for secret in policy.secrets:
        if not is_login(secret):
            continue
        agent = agent_of(secret.name)
        login = login_store.read(home, agent)
        kind = token_kind.find(login.kind) if login else None
        if login is None or kind is None or kind.shared:
            continue
        made.answers.update(_answers(agent, kind, login, now))
        made.placeholders[secret.name] = login.mark
        # Of one that was revoked too: its token may still come back.
        made.values[secret.name] = login.tokens.access
        made.former[secret.name] = login.former
    return made


def _answers(
    agent: str, kind: TokenKind, login: StoredLogin, now: float
) -> dict[str, Mapping[str, Any]]:
    name = secret_name(agent)
    if login.revoked:
        body = (
            '{"error": "invalid_grant", "error_description": '
            f'"logged out on the host; the user runs: swarm login {agent}"}}'
        )
        refusal = {"status": REFUSED_STATUS, "body": body, "secret": ""}
        return {place: refusal for place, _ in _places(agent, kind)}
    text = login_tokens.placeholder_answer(kind, login.tokens, login.mark, now)
    answers: dict[str, Mapping[str, Any]] = {
        f"{agent} token": {"status": 200, "body": text, "secret": name}
    }
    for number, fixed in enumerate(kind.answers):
        answers[f"{agent} {number}"] = {
            "status": 200,
            "body": login_tokens.fixed_answer(fixed.fields),
            "secret": name,
        }
    return answers
