"""What a set-up depends on, as one text; and who may keep what it installed."""

import hashlib
import json
from dataclasses import dataclass
from functools import partial

from swarm.adapters.git import tree_at, user_refs
from swarm.adapters.git.repo import Git
from swarm.engine.context import EngineContext
from swarm.model.lock_files import deciding
from swarm.model.project import ProjectChoice
from swarm.model.task import Task
from swarm.plan.specs import Plan

VERSION = 1
"""Raised if an older base is none for this version."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a task is, or will be, as far as a set-up depends on it."""

    git: Git
    repo: str
    """The path of its repository."""
    base: str
    image: str
    user: str
    project: ProjectChoice


def of(context: EngineContext, task: Task, plan: Plan) -> str:
    """The same for tasks that one set-up is enough for; 64 hex digits."""
    git, box = context.task_git(task).repo.git, plan.sandbox
    subject = Subject(git, task.repo, task.base, box.image, box.user, plan.project)
    return of_subject(context, subject)


def of_subject(context: EngineContext, subject: Subject) -> str:
    """The same of a task that may not exist yet.

    Made of the image, its user, the commands and variables, and what the base commit
    holds of lock files, manifests and files that the commands name.
    """
    project = subject.project
    facts = {
        "version": VERSION,
        "repo": subject.repo,
        "image": context.containers.image_id(subject.image) or subject.image,
        "user": subject.user,
        "setup": project.setup,
        "environment": project.environment,
        "packages": [project.stacks, project.packages],
        "files": _blobs(subject),
    }
    covered = sorted(project.protect), sorted(project.hide)
    if any(covered):
        # What a set-up made of a file is as hidden as the file.
        facts["covered"] = covered
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _blobs(subject: Subject) -> dict[str, str]:
    entries = tree_at.all_entries(subject.git, subject.base)
    return {
        name.encode("utf-8", "replace").decode(): entries[name].oid.decode()
        for name in deciding(entries, subject.project.setup)
    }


def may_keep(context: EngineContext, task: Task) -> bool:
    """True if the base commit is the user's: no task may write what others get."""
    branches = {each.branch for each in context.read().tasks.all(removed=True)}
    is_users = partial(user_refs.is_users, context.task_git(task).repo, task.base)
    return is_users(context.config().branch_prefix, branches)
