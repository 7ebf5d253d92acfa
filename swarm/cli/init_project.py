"""Proposes a repository's `swarm.toml`, shows it as a diff, writes it on consent."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from swarm.bootstrap import home
from swarm.cli import (
    bulk,
    exit_codes,
    init_options,
    init_questions,
    output,
    write_project,
)
from swarm.config import agent_names, file_change, load, policy_files, policy_writer
from swarm.config import project as project_file
from swarm.config.file_change import FileChange
from swarm.config.project_edit import with_values
from swarm.config.project_text import text as project_text
from swarm.engine.readers import (
    agent_keys,
    project_change,
    project_detection,
    project_indexes,
    user_network,
)
from swarm.errors import SwarmError
from swarm.model.detected import Detected, Reason
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths

_SHOWN = 8
"""Reasons of one key that are printed."""


def init_project(args: Namespace, repo: Path) -> int:
    """Look, tell, ask for each answer, show, ask, write. FAILED for a no to that.

    SwarmError in a bare repository, and if nobody can be asked. KeyboardInterrupt
    leaves what was not agreed to unwritten.
    """
    paths = home.ensure_paths()
    root, detected = project_detection.at_head(paths, repo)
    given = init_options.answers(args)
    chosen = init_options.devcontainer(args, detected.devcontainers)
    _check_agent(given.get("agent", ""))
    file = root / FILE
    before = file_change.current(file)
    if before and not args.rewrite:
        if not given:
            project_file.parsed(before)
            output.out(f"{file} exists and is valid; it was not touched")
            output.note("options change single keys; --rewrite proposes all of it anew")
            return _policy(args, exit_codes.DONE)
        after = with_values(before, given)
    else:
        if detected.devcontainers and not chosen and init_questions.are_wanted(args):
            chosen = init_questions.devcontainer(detected.devcontainers)
        if chosen:
            _, detected = project_detection.at_head(paths, repo, chosen)
        detected = _with_agent(paths, root, detected)
        _tell(detected)
        for sentence in project_indexes.sentences(paths, root, detected.indexes):
            output.note(f"package index {safe_line(sentence, 400)}")
        choice = init_options.applied(detected.choice, given)
        if init_questions.are_wanted(args):
            choice = init_questions.answered(choice, given)
        choice = _with_each_task(choice, detected)
        after = project_text(choice, _fitting(detected, choice))
    change = project_change.to_text(paths, root, after)
    return _policy(args, write_project.on_consent(args, paths, change))


def _check_agent(name: str) -> None:
    place = load.user_file().with_name("agents")
    if name and (problem := agent_names.unknown(name, place)):
        raise SwarmError(problem)


def _with_agent(paths: HomePaths, root: Path, detected: Detected) -> Detected:
    """The proposal with the first agent that has a key, if the settings name none."""
    if load.load(load.user_file()).agent:
        return detected
    able = agent_keys.agents_with_credentials(paths, root)
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


def _with_each_task(choice: ProjectChoice, detected: Detected) -> ProjectChoice:
    """The choice whose set-up is kept beside services, where it is what files tell of.

    A command of the human's own may fill them.
    """
    is_found = detected.keeps_setup and choice.setup == detected.choice.setup
    if choice.keeps_setup or not choice.setup or not is_found:
        return choice
    return replace(choice, each_task=())


def _fitting(detected: Detected, choice: ProjectChoice) -> Detected:
    """What was found, without the reasons for values that are chosen otherwise."""
    return replace(
        detected,
        reasons=tuple(
            reason
            for reason in detected.reasons
            if _has(choice, reason) or not _has(detected.choice, reason)
        ),
    )


def _has(choice: ProjectChoice, reason: Reason) -> bool:
    value = getattr(choice, reason.key.replace("-", "_"), ()) or ()
    if isinstance(value, str):
        return reason.value in value.split(" && ") or reason.value == value
    return reason.value in map(str, value)


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


def _policy(args: Namespace, status: int) -> int:
    """Write a policy to edit, if it is wanted and there is none."""
    file = policy_files.beside(load.user_file())
    if not args.policy or status != exit_codes.DONE:
        return status
    if file.exists():
        policy_files.read(file, "user")
        output.out(f"{file} exists and is valid; it was not touched")
        return status
    for line in FileChange(file, "", policy_writer.TEMPLATE).lines():
        output.out(line)
    if args.dry_run:
        return status
    if not args.yes and not bulk.agreed(f"write {file}?"):
        return exit_codes.FAILED
    policy_writer.create(file)
    output.out(f"wrote {file}: every key as a comment")
    return status
