"""`swarm policy suggest`: the narrowest rules for what was denied."""

import json
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask
from swarm.engine.readers import policy as policy_reader
from swarm.model.events import Recorded
from swarm.model.safe_text import safe_line
from swarm.model.suggestions import Suggestion, suggestions
from swarm.model.wishes import AddService, Grant, Scope, Wish
from swarm.policy.narrowing import Narrowing
from swarm.store.queries import Queries

LEADS_ON = (
    "an answer may lead on to another host, which was not asked yet: "
    "if that is denied, suggest again"
)


def suggest(args: Namespace) -> int:
    """Print TOML to read and paste, or write it if `--write` says where."""
    queries = Queries(home.ensure_paths().database)
    found = _suggestions(queries, args.task)
    if args.json:
        output.as_json([body for one in found for body in _bodies(one)])
    elif not found:
        output.note("nothing was denied that a rule could allow")
    else:
        _print(found)
    if args.write and found:
        _write(found, args, queries)
    return exit_codes.DONE


def _suggestions(queries: Queries, task: int | None) -> list[Suggestion]:
    denials = queries.events.denials(task)
    if not denials:
        return []

    def commands(record: Recorded) -> Any:
        return queries.audit.commands_at(record.task or 0, record.at)

    return suggestions(denials, commands, policy_reader.registries())


def _bodies(suggestion: Suggestion) -> Iterator[dict[str, Any]]:
    """A rule as a policy file has it, with what is known of it beside."""
    facts: dict[str, Any] = {"times": suggestion.times}
    if suggestion.words:
        facts["wanted"] = list(suggestion.words)
    if suggestion.service:
        yield {**facts, "service": suggestion.service, **_repos(suggestion)}
    for part in suggestion.rules:
        yield {**facts, **_entries(suggestion, part)}


def _repos(suggestion: Suggestion) -> dict[str, Any]:
    return {"repos": list(suggestion.repos)} if suggestion.repos else {}


def _entries(suggestion: Suggestion, part: Narrowing) -> dict[str, Any]:
    entries: dict[str, Any] = {"host": suggestion.host}
    if suggestion.port != 443:
        entries["ports"] = [suggestion.port]
    for key in ("methods", "paths"):
        if values := getattr(part, key):
            entries[key] = list(values)
    return entries


def _print(found: list[Suggestion]) -> None:
    services = [one for one in found if one.service]
    for one in services:
        _print_reason(one)
    if services:
        names = ", ".join(_service_toml(one) for one in services)
        output.out(f"services = [{names}]")
        output.out()
    hosts = [one for one in found if not one.service]
    for one in hosts:
        _print_reason(one)
        for part in one.rules:
            output.out("[[allow]]")
            for key, value in _entries(one, part).items():
                output.out(f"{key} = {_toml(value)}")
            output.out()
    if any(part.paths for one in hosts for part in one.rules):
        output.note(LEADS_ON)


def _print_reason(suggestion: Suggestion) -> None:
    for words in suggestion.words:
        output.out(f"# {safe_line(words, 200)}")
    times = suggestion.times
    output.out(f"# denied {'once' if times == 1 else f'{times} times'}")


def _service_toml(suggestion: Suggestion) -> str:
    name = _toml(suggestion.service)
    if not suggestion.repos:
        return name
    return f'{{ name = {name}, repos = {_toml(list(suggestion.repos))}, git = "read" }}'


def _toml(value: object) -> str:
    """A TOML string of ASCII is a JSON string."""
    return json.dumps(value)


def _write(found: list[Suggestion], args: Namespace, queries: Queries) -> None:
    """Add every suggestion to one file; the first that is refused ends it."""
    scope: Scope = args.write
    repo = ""
    if scope == "project":
        task = queries.tasks.get(args.task) if args.task else None
        repo = task.repo if task else str(needed_repository(args))
    for one in found:
        for wish in _wishes(one, scope, repo):
            done = ask(home.ensure_paths(), wish)
            output.note(f"{done['rule']} in {done['file']}; it counts from now on")


def _wishes(suggestion: Suggestion, scope: Scope, repo: str) -> Iterator[Wish]:
    if suggestion.service:
        yield AddService(suggestion.service, scope, repo=repo, repos=suggestion.repos)
    for part in suggestion.rules:
        yield Grant(
            suggestion.host,
            port=suggestion.port,
            scope=scope,
            repo=repo,
            methods=part.methods,
            paths=part.paths,
            reason="; ".join(suggestion.words)[:200],
        )
