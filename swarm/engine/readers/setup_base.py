"""Answers if a new task would find a warm base of its project's set-up."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from swarm.adapters import warm_bases
from swarm.adapters.git import tree_at
from swarm.adapters.git.repo import Git
from swarm.adapters.warm_bases import History
from swarm.errors import PlanError
from swarm.model.format import plural
from swarm.model.lock_files import deciding
from swarm.model.project import ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths

VERSION = 1
"""Raised if an older base is none for this version."""

ImageId = Callable[[str], str | None]
"""The engine's id of an image; None if it is not there."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a task is, or will be, as far as a set-up depends on it."""

    repo: str
    """The path of its repository."""
    files: dict[str, str]
    """Of its base commit; see `files_at`."""
    image: str
    user: str
    project: ProjectChoice


def files_at(git: Git, commit: str, project: ProjectChoice) -> dict[str, str]:
    """The ids of the files that decide what a set-up installs; a git process."""
    entries = tree_at.all_entries(git, commit)
    return {
        name.encode("utf-8", "replace").decode(): entries[name].oid.decode()
        for name in deciding(entries, project.setup)
    }


def key_of(image_id: ImageId, subject: Subject) -> str:
    """The same for tasks that one set-up is enough for; 64 hex digits.

    Made of the image, its user, the commands and variables, and what the base commit
    holds of lock files, manifests and files that the commands name.
    """
    project = subject.project
    facts = {
        "version": VERSION,
        "repo": subject.repo,
        "image": image_id(subject.image) or subject.image,
        "user": subject.user,
        "setup": project.setup,
        "environment": project.environment,
        "packages": [project.stacks, project.packages],
        "files": subject.files,
    }
    covered = sorted(project.protect), sorted(project.hide)
    if any(covered):
        # What a set-up made of a file is as hidden as the file.
        facts["covered"] = covered
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def is_there(
    paths: HomePaths, image_id: ImageId, subject: Subject, history: History
) -> bool:
    """True if a whole base of the key is there, made of a commit in that history."""
    bases = warm_bases.of_key(paths.bases, key_of(image_id, subject), history)
    return any(warm_bases.is_whole(paths.bases, base) for base in bases)


def standing(
    paths: HomePaths, image_id: ImageId, subject: Subject, history: History
) -> tuple[str, PlanError | None]:
    """What becomes of the set-up, as a sentence; and why no task can begin offline.

    Empty for a project without one.
    """
    project = subject.project
    if not project.setup:
        return "", None
    commands = plural(len(project.setup), "command")
    if not project.keeps_setup:
        return f"{commands} in each task, beside its services", beside_services()
    if is_there(paths, image_id, subject, history):
        return "a warm base is there", None
    words = f"{commands} first, for there is no warm base yet"
    return words, no_base(subject.repo)


def beside_services() -> PlanError:
    """The refusal of a task whose set-up may have filled services."""
    return PlanError(
        "a set-up beside services is run for each task, and needs the network",
        hint="leave --offline out, or say in swarm.toml what fills the services: "
        "`each_task`",
    )


def no_base(repo: str) -> PlanError:
    """The refusal of a task that would have to run its set-up."""
    return PlanError(
        f"there is no warm base for this set-up of {safe_line(repo, 200)}",
        hint="a task without --offline runs the set-up once and leaves one; "
        "`swarm setup` lists them",
    )
