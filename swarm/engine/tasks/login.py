"""Logs an agent in: its own login runs in a box, and the tokens leave that box."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.adapters.git.safe_fs.files import erase
from swarm.agents import login_store, login_tokens, registry, token_kind
from swarm.agents.description import Agent
from swarm.agents.login_store import Attempt
from swarm.agents.login_tokens import FILE_LIMIT, BadLogin, Tokens
from swarm.agents.token_kind import TokenKind
from swarm.config import load, policy_files
from swarm.engine.context import EngineContext
from swarm.engine.egress import login_refresh, logins, task_network
from swarm.engine.gate.net_pool import GateConfig
from swarm.engine.host import image_check, images, parent_proxy
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import accounts, resolved_wish, shared_login
from swarm.errors import PlanError, SwarmError
from swarm.model.wishes import BeginLogin, EndLogin, ImportLogin, Logout
from swarm.plan import hardening, login_box, sandbox_home
from swarm.plan.specs import AGENT_HOME, Plan, with_network
from swarm.policy.rules import Policy, Rule

_UNDER_WAY: set[str] = set()
"""Agents whose login this keeper began; the box of another one is a left-over."""
RELAY = ("python3", "-m", "swarm.gate.loopback_relay")


@dataclass(frozen=True, slots=True)
class _Holder:
    """An agent whose tokens can be kept for its tasks."""

    agent: Agent
    kind: TokenKind


def begin(parts: EngineParts, wish: BeginLogin) -> dict[str, Any]:
    """Make the box of the agent's login; answers how it is shown.

    `argv` starts it on a terminal, `relay` connects to a port of its own loopback.
    PlanError if the agent has no login whose tokens can be held.
    """
    holder = _holder(wish.agent)
    remove(parts, wish.agent)
    context = parts.context
    with ExitStack() as cleanup:
        _UNDER_WAY.add(wish.agent)
        cleanup.callback(_remove_quietly, parts, wish.agent)
        plan = _make(parts, holder)
        cleanup.pop_all()
    net = parts.nets.gate.names.net(plan.sandbox.labels[login_box.NET_LABEL])
    relay = context.containers.exec_argv(net, list(RELAY), {}, terminal=False)
    return {
        "argv": context.containers.start_argv(plan.sandbox.name),
        "relay": relay,
        "sites": holder.kind.sites,
    }


def _make(parts: EngineParts, holder: _Holder) -> Plan:
    """Net, volume and container, in the order in which a left-over one can be found."""
    context, agent = parts.context, holder.agent
    config, program = context.config(), agent.login.argv[0]
    host = resolved_wish.host_facts(context, agent, program, config, None)
    net = parts.nets.take()
    try:
        seeds = logins.seeds(agent, holder.kind)
        plan = login_box.plan(agent, seeds, net, config, host)
        policy = _policy(holder.kind)
        parent = parent_proxy.endpoint(config.gate)
        parts.nets.apply_config(net, GateConfig(policy, parent=parent))
        task_network.write_box_files(parts, plan, policy)
        accounts.write(context.containers, plan)
        tag, spec = context.paths.tag, plan.sandbox
        volume = login_box.volume(tag, agent.name)
        context.containers.make_volume(volume, login_box.labels(tag))
        context.containers.create(with_network(spec, parts.nets.gate.names.net(net)))
    except BaseException:
        parts.nets.drop(net)
        raise
    facts = context.containers.inspect(spec.name)
    faults = hardening.inspected_faults(facts.raw) if facts else ["it is gone"]
    faults = [fault for fault in faults if fault != hardening.SWAP_FAULT]
    if faults:
        raise PlanError(f"the login's box is weaker than asked for: {faults}")
    stand = image_check.stand_of(plan)
    seen = image_check.look(context.containers, context.paths, stand)
    if not seen.traits.home_is_open:
        opener = sandbox_home.opener(spec, volume, images.tag("gate"))
        context.containers.run(opener, 0)
    return plan


def _policy(kind: TokenKind) -> Policy:
    """The hosts of the login alone; nothing is put into its requests."""
    layer = policy_files.read(policy_files.beside(load.user_file()), "user")
    own = layer.rules if layer else ()
    private = {rule.host for rule in own if rule.allow_private}
    rules = tuple(
        Rule("allow", host, allow_private=host in private, origin="swarm login")
        for host in dict.fromkeys((*kind.login_hosts, *kind.hosts))
    )
    certificates = policy_files.certificates(layer.upstream_ca if layer else ())
    allow_nets = layer.allow_nets if layer else ()
    return Policy(rules=rules, allow_nets=allow_nets, upstream_ca=certificates)


def end(parts: EngineParts, wish: EndLogin) -> dict[str, Any]:
    """Take the tokens out of the box, and remove it; SwarmError if there are none."""
    context = parts.context
    holder = _holder(wish.agent)
    box = login_box.name(context.paths.tag, wish.agent)
    place = f"{AGENT_HOME}/{login_box.in_home(holder.agent.login.done)}"
    try:
        if wish.abandon:
            return {}
        data = context.containers.file_of(box, place)
        if not data:
            raise SwarmError(
                f"{wish.agent} did not log in: its login file is not there",
                hint=f"`swarm login {wish.agent}` begins anew",
            )
        return _keep(parts, holder, data)
    finally:
        remove(parts, wish.agent)


def bring(parts: EngineParts, wish: ImportLogin) -> dict[str, Any]:
    """Copy the host's own login; PlanError if a copy would log the other out."""
    holder = _holder(wish.agent)
    if holder.kind.rotates:
        raise PlanError(
            f"{wish.agent}'s tokens change at every refresh: a copy would log your own "
            f"{wish.agent} out",
            hint=f"`swarm login {wish.agent}` makes a login of its own",
        )
    place = Path.home() / login_box.in_home(holder.agent.login.done)
    return _keep(parts, holder, _own_file(place))


def _own_file(place: Path) -> bytes:
    """The file's bytes; a link is not followed, and a pipe not waited for."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(place, flags), "rb") as file:
            return file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise SwarmError(f"{place} cannot be read: {error.strerror}") from error


def _keep(parts: EngineParts, holder: _Holder, data: bytes) -> dict[str, Any]:
    context, name = parts.context, holder.agent.name
    now = context.clock()
    try:
        tokens: Tokens = login_tokens.read_file(holder.kind, data, now)
    except BadLogin as error:
        raise SwarmError(
            f"{name}'s login file is not what it must be: {error.message}",
            hint="its version may keep its tokens otherwise: `swarm agent show`",
        ) from error
    if holder.kind.shared and not login_tokens.names_account(tokens):
        raise SwarmError(
            f"{name}'s login does not say whose it is, and boxes share it: another "
            "account's tokens could not be told from it",
            hint="give it a key: README, Give an agent a key",
        )
    with login_refresh.changing(parts, name):
        # First: the answer to an older login's refresh must not count for this one.
        login_store.write_attempt(context.paths.home, name, Attempt())
        login = login_store.new(holder.kind.name, tokens, now)
        login_store.write(context.paths.home, name, login)
    shared_login.hand_out(parts, name)
    return {"expires": tokens.expires}


def forget(parts: EngineParts, wish: Logout) -> dict[str, Any]:
    """Remove the login from this machine; answers whether there was one."""
    with login_refresh.changing(parts, wish.agent):
        return {"was": login_store.remove(parts.context.paths.home, wish.agent)}


def remove(parts: EngineParts, agent: str) -> None:
    """Remove box, net, volume and folder of a login, whoever left them."""
    context = parts.context
    _UNDER_WAY.discard(agent)
    box = login_box.name(context.paths.tag, agent)
    facts = context.containers.inspect(box)
    context.containers.remove(box)
    if facts and (net := facts.labels.get(login_box.NET_LABEL)):
        parts.nets.drop(net)
    context.containers.remove_volume(login_box.volume(context.paths.tag, agent))
    folder = context.paths.home / "login-box" / agent
    if folder.is_dir():
        erase(folder)


def remove_left_over(parts: EngineParts) -> None:
    """Remove the boxes of logins whose keeper died; before their nets are used anew."""
    context: EngineContext = parts.context
    for facts in context.containers.all(login_box.labels(context.paths.tag)):
        prefix = login_box.name(context.paths.tag, "")
        agent = facts.name.removeprefix(prefix)
        if agent not in _UNDER_WAY:
            remove(parts, agent)


def _remove_quietly(parts: EngineParts, agent: str) -> None:
    try:
        remove(parts, agent)
    except SwarmError:
        return  # what led here is told; the next login, or `swarm gc`, removes it


def _holder(name: str) -> _Holder:
    agent = registry.find(name)
    if agent.unavailable:
        raise PlanError(f"{name} cannot be run: {agent.unavailable}")
    kind = token_kind.find(agent.login.tokens)
    if kind is not None and agent.login.argv and agent.login.done:
        return _Holder(agent, kind)
    way_out = "give it a key: README, Give an agent a key"
    if agent.login.tokens == "lock":
        raise PlanError(
            f"{name}'s tokens cannot be held outside its boxes, and do not say whose "
            "they are, so that boxes could share them",
            hint=way_out,
        )
    raise PlanError(f"{name} has no login that swarm can hold", hint=way_out)
