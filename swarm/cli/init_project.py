"""Proposes a repository's `swarm.toml`, shows it as a diff, writes it on consent."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from swarm.bootstrap import home, wiring
from swarm.cli import bulk, exit_codes, file_diff, init_options, output
from swarm.config import agent_names, load, policy_files, policy_writer
from swarm.config import project as project_file
from swarm.config.project_edit import with_values
from swarm.config.project_text import text as project_text
from swarm.engine.readers import (
    agent_keys,
    project_detection,
    repository_project,
    user_network,
)
from swarm.errors import SwarmError
from swarm.model.detected import Detected, Reason
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths

_SHOWN = 8
"""Reasons of one key that are printed."""


def init_project(args: Namespace, repo: Path) -> int:
    """Look, show, ask, write. FAILED if the human wants it otherwise.

    SwarmError in a bare repository, and if nobody can be asked.
    """
    paths = home.ensure_paths()
    root, detected = project_detection.at_head(paths, repo)
    if not (root / ".git").exists():
        raise SwarmError(
            f"{safe_line(str(root))} has no checkout to write a {FILE} into",
            hint="go to a clone of it",
        )
    given = init_options.answers(args)
    _check_agent(given.get("agent", ""))
    file = root / FILE
    before = file_diff.current(file)
    if before and not args.rewrite:
        if not given:
            project_file.parsed(before)
            output.out(f"{file} exists and is valid; it was not touched")
            output.note("options change single keys; --rewrite proposes all of it anew")
            return _policy(args, exit_codes.DONE)
        after = with_values(before, given)
    else:
        detected = _with_agent(paths, root, detected)
        _tell(detected)
        after = project_text(init_options.applied(detected.choice, given), detected)
    return _policy(args, _write(args, paths, root, before, after))


def _check_agent(name: str) -> None:
    place = load.user_file().with_name("agents")
    if name and (problem := agent_names.unknown(name, place)):
        raise SwarmError(problem)


def _with_agent(paths: HomePaths, root: Path, detected: Detected) -> Detected:
    """The proposal with the first agent that has a key, if the settings name none."""
    if load.load(load.user_file()).agent:
        return detected
    able = agent_keys.found(paths, root)
    if not able:
        output.note("no agent has a key or a login yet: README, Give an agent a key")
        return detected
    name, source = next(iter(able.items()))
    reason = Reason("agent", name, f"it has {source}")
    return replace(
        detected,
        choice=replace(detected.choice, agent=name),
        reasons=(*detected.reasons, reason),
    )


def _tell(detected: Detected) -> None:
    """Print what was found, with the reasons; everything in it is a stranger's."""
    counts = ", ".join(f"{name} {number}" for name, number in detected.languages[:5])
    fields = [
        ("files", f"{detected.files}" + (f" ({counts})" if counts else "")),
        ("managers", ", ".join(detected.managers)),
        ("lock files", ", ".join(detected.lock_files)),
        ("pins", ", ".join(f"{p.stack} {p.wanted} ({p.file})" for p in detected.pins)),
        *user_network.facts(),
    ]
    for key in ("agent", "stacks", "packages", "ports", "hide"):
        lines = [safe_line(line, 200) for line in detected.because(key)]
        fields.append((key, "\n".join(lines[:_SHOWN])))
    output.fields((name, safe_lines(value)) for name, value in fields)
    for note in detected.notes:
        output.note(f"note: {safe_line(note, 400)}")


def safe_lines(text: str) -> str:
    """Each line of the text made harmless."""
    return "\n".join(safe_line(line, 300) for line in text.split("\n"))


def _write(
    args: Namespace, paths: HomePaths, root: Path, before: str, after: str
) -> int:
    """Show the diff and all files that it names; write and agree to exactly that."""
    project = repository_project.of_text(paths, root, after)
    if after == before:
        output.note(f"{FILE} has that already")
        return exit_codes.DONE
    file_diff.show(FILE, before, after)
    for name, text in project.texts.items():
        if name != FILE:
            file_diff.show(name, "", text)
    if args.dry_run:
        output.note("nothing was written")
        return exit_codes.DONE
    if not args.yes and not bulk.agreed(f"write {FILE} and have tasks use it?"):
        return exit_codes.FAILED
    file_diff.write(root / FILE, before, after)
    wiring.agree_to_project(paths, root, project.digest)
    output.out(f"wrote {root / FILE}: each next task uses it")
    output.note(f"commit it: where HEAD has a {FILE}, a task is given that one")
    return exit_codes.DONE


def _policy(args: Namespace, status: int) -> int:
    """Write a policy to edit, if it is wanted and there is none."""
    file = policy_files.beside(load.user_file())
    if not args.policy or status != exit_codes.DONE:
        return status
    if file.exists():
        policy_files.read(file, "user")
        output.out(f"{file} exists and is valid; it was not touched")
        return status
    file_diff.show(file.name, "", policy_writer.TEMPLATE)
    if args.dry_run:
        return status
    if not args.yes and not bulk.agreed(f"write {file}?"):
        return exit_codes.FAILED
    policy_writer.create(file)
    output.out(f"wrote {file}: every key as a comment")
    return status
