"""`swarm secret`: brings the tokens of the user's registries, and lists all secrets."""

import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.adapters import name_lookup, secret_sources
from swarm.adapters.user_network import credentials
from swarm.adapters.user_network.credentials import Credential
from swarm.adapters.user_network.reading import READERS
from swarm.cli import exit_codes, output
from swarm.cli.arguments import repository
from swarm.cli.consent import agrees
from swarm.cli.policy import inspect
from swarm.cli.policy.parser import host_port
from swarm.config import load, policy_files, policy_writer
from swarm.errors import Refused, SwarmError
from swarm.model import format, secret_words
from swarm.model.safe_text import safe_line
from swarm.policy import addresses
from swarm.policy.rules import Inject, Rule, Secret


def secret_arguments(parser: ArgumentParser) -> None:
    """Add the two actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser(
        "ls", help="list secrets: the source of each, and when it ends"
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    bring = actions.add_parser(
        "import",
        help="have the gate put a registry's token into a tool's requests",
        description="Writes into your policy.toml where the token stands, and which "
        "host it is for. Its value is copied nowhere and shown nowhere.",
    )
    bring.add_argument("tool", choices=sorted(READERS), metavar="TOOL")
    bring.add_argument(
        "--host",
        type=host_port,
        metavar="HOST[:PORT]",
        help="where a source is that only your projects name (poetry's)",
    )
    bring.add_argument("--yes", action="store_true", help="do not ask")


def secret(args: Namespace) -> int:
    """Carry out the action."""
    return _list(args) if args.action == "ls" else _import(args)


def _list(args: Namespace) -> int:
    args.task, args.repo = None, repository(args)
    secrets, now = inspect.policy_of(args).policy.secrets, time.time()
    if args.json:
        output.as_json([_facts(each, now) for each in secrets])
        return exit_codes.DONE
    output.columns(
        ["SECRET", "SOURCE", "HOSTS", "EXPIRES", "FROM"],
        [
            [
                each.name,
                each.source,
                " ".join(each.hosts),
                _end(each, now),
                each.origin,
            ]
            for each in secrets
        ],
    )
    for sentence in secret_words.expired(secrets, now):
        output.note(f"warning: {safe_line(sentence)}")
    return exit_codes.DONE


def _facts(secret: Secret, now: float) -> dict[str, object]:
    return {
        "name": secret.name,
        "source": secret.source,
        "hosts": secret.hosts,
        "expires": secret.expires or None,
        "expired": secret.is_expired(now),
        "from": secret.origin,
    }


def _end(secret: Secret, now: float) -> str:
    if not secret.expires:
        return "never"
    word = "EXPIRED " if secret.is_expired(now) else ""
    return word + format.date_time(secret.expires, seconds=False)


def _import(args: Namespace) -> int:
    """Write what was agreed to; Refused without a consent."""
    found = credentials.find(args.tool, os.environ, Path.home(), args.host)
    for problem in found.problems:
        output.note(f"warning: {safe_line(problem, 300)}")
    if not found.credentials:
        raise SwarmError(
            f"no token or password for a registry of {args.tool}'s was found",
            hint=f"set {args.tool} to the registry first, or write a [secrets] table "
            "yourself",
        )
    file = policy_files.beside(load.user_file())
    chosen = _one_for_each_host(found.credentials)
    for credential in chosen:
        name = _name(credential)
        # Read once, so that what is written down is known to work.
        secret_sources.fetch(name, credential.source)
        output.note(
            f"{name}: from {safe_line(credential.origin)}, for {credential.host}:"
            f"{credential.port} alone, GET and HEAD, in Authorization"
        )
    if not args.yes and not _agrees(file):
        raise Refused("nothing was written", hint="`--yes` agrees without a question")
    for credential in chosen:
        secret, rule = _as_policy(credential)
        is_new = policy_writer.add_secret(file, secret, rule, "user")
        state = "it counts from now on" if is_new else "stands there already"
        output.note(f"{secret.name} in {file}: {state}")
    return exit_codes.DONE


def _one_for_each_host(
    credentials: tuple[Credential, ...],
) -> tuple[Credential, ...]:
    """The first for each host and port; further ones are told.

    A rule that puts a token in knows hosts, and npm may have one for each path.
    """
    chosen = dict[str, Credential]()
    for credential in credentials:
        name = _name(credential)
        if chosen.setdefault(name, credential) is not credential:
            output.note(
                f"warning: {name}: {safe_line(credential.origin)} is left out: one "
                "host gets one token; write rules with `paths` yourself for several"
            )
    return tuple(chosen.values())


def _agrees(file: Path) -> bool:
    return agrees(f"Write this to {file}? The gate then sends it; no sandbox sees it.")


def _name(credential: Credential) -> str:
    port = "" if credential.port == 443 else f":{credential.port}"
    return f"{credential.tool}.{credential.host}{port}"


def _as_policy(credential: Credential) -> tuple[Secret, Rule]:
    name, host = _name(credential), credential.host
    rule = Rule(
        "allow",
        host,
        (credential.port,),
        methods=("GET", "HEAD"),
        allow_private=_is_inside(host),
        reason=f"swarm secret import {credential.tool}",
        inject=Inject("Authorization", credential.template, name),
    )
    return Secret(name, credential.source, (host,), credential.placeholder), rule


def _is_inside(host: str) -> bool:
    """True if the registry is in the user's own network, as this machine resolves it.

    Blocks for `name_lookup.SECONDS`.
    """
    if addresses.kind(host).is_inside:
        return True
    hosts = load.load(load.user_file()).gate.hosts
    found = name_lookup.addresses(host, hosts)
    return any(addresses.kind(address).is_inside for address in found)
