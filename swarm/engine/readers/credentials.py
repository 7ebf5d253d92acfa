"""Says of each agent with a login, or with an image and a need of a key, how it stands.

Each is a line of `swarm doctor`.
"""

from pathlib import Path

from swarm.agents import login_store, token_kind
from swarm.agents.login_store import Holder
from swarm.engine.host.check import Check
from swarm.engine.host.images import HasImages
from swarm.engine.readers.agent_secrets import GIVE_A_KEY
from swarm.engine.readers.standing import standings
from swarm.errors import SwarmError
from swarm.model import format
from swarm.model.standing import Standing
from swarm.plan.naming import HomePaths


def checks(paths: HomePaths, engine: HasImages, now: float) -> list[Check]:
    """The lines; reads files and asks the container engine, but no host.

    Without an engine, or with a mistake in a settings file, which have lines of their
    own, the logins alone are told.
    """
    try:
        found = standings(paths, None, engine)
    except SwarmError:
        found = {}
    stored = login_store.agents(paths.home)
    keys = (each for name, each in found.items() if name not in stored)
    used = [each for each in keys if _is_used(each)]
    missing = [each for each in used if each.key_problem]
    lines = [_login(paths.home, name, now) for name in stored]
    lines += [_key(each) for each in used if not each.key_problem]
    lines += (
        [_missing(missing)] if len(missing) > 1 else [_key(each) for each in missing]
    )
    return lines or [Check("logins", "ok", "none, and no agent that needs a key")]


def _is_used(standing: Standing) -> bool:
    """An agent that needs a key, and could start if it had one."""
    has_image = bool(standing.image) and not standing.image_problem
    return has_image and bool(standing.key or standing.key_problem)


def _login(home: Path, agent: str, now: float) -> Check:
    name, again = f"login {agent}", f"`swarm login {agent}`"
    try:
        login = login_store.read(home, agent)
    except SwarmError as error:
        return Check(name, "fail", error.message, error.hint)
    if login is None:
        return Check(name, "ok", "was just removed")
    if login.revoked:
        return Check(name, "warn", f"revoked: {login.revoked}", again)
    left = login.tokens.expires - now
    ends = f"expires in {format.age(left)}" if left > 0 else "expired"
    if (kind := token_kind.find(login.kind)) and kind.shared:
        return _shared(name, login_store.read_holder(home, agent), ends)
    if trouble := login_store.read_attempt(home, agent).trouble:
        found = f"its token {ends} and was not renewed: {trouble}"
        return Check(name, "warn", found, f"it is tried again; if it stays, {again}")
    when = "before" if left > 0 else "with the next task"
    return Check(name, "ok", f"logged in; its token {ends}, and is renewed {when}")


def _shared(name: str, holder: Holder, ends: str) -> Check:
    who = f"task {holder.task}" if holder.task else "the next task"
    found = f"logged in; its token {ends}, and {who} renews it"
    if not holder.trouble:
        return Check(name, "ok", found)
    agent = name.partition(" ")[2]
    again = f"if its tasks are logged out, `swarm login {agent}`"
    return Check(name, "warn", f"{found}: {holder.trouble}", again)


def _key(standing: Standing) -> Check:
    name = f"key {standing.agent}"
    if not standing.key_problem:
        return Check(name, "ok", standing.key)
    problem, _, login = standing.key_problem.partition(f": {GIVE_A_KEY}")
    return Check(name, "warn", f"key missing: {problem}", f"{GIVE_A_KEY}{login}")


def _missing(standings: list[Standing]) -> Check:
    """One line for all: few people use every agent whose image they have built."""
    names = ", ".join(each.agent for each in standings)
    ways = (
        f"{GIVE_A_KEY}, or `swarm login AGENT`; `swarm agent ls` says what each needs"
    )
    return Check("keys", "warn", f"no key and no login for {names}", ways)
