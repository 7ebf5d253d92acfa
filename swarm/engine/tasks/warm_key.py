"""What a set-up depends on, as one text; and who may keep what it installed."""

import hashlib
import json
from functools import partial

from swarm.adapters.git import user_refs
from swarm.adapters.git.repo import RAW
from swarm.engine.context import EngineContext
from swarm.model.lock_files import deciding
from swarm.model.task import Task
from swarm.plan.specs import Plan

VERSION = 1
"""Raised if an older base is none for this version."""


def of(context: EngineContext, task: Task, plan: Plan) -> str:
    """The same for tasks that one set-up is enough for; 64 hex digits.

    Made of the image, its user, the commands and variables, and what the base commit
    holds of lock files, manifests and files that the commands name.
    """
    box = plan.sandbox
    facts = {
        "version": VERSION,
        "repo": task.repo,
        "image": context.containers.image_id(box.image) or box.image,
        "user": box.user,
        "setup": plan.project.setup,
        "environment": plan.project.environment,
        "packages": [plan.project.stacks, plan.project.packages],
        "files": _blobs(context, task, plan),
    }
    covered = sorted(plan.project.protect), sorted(plan.project.hide)
    if any(covered):
        # What a set-up made of a file is as hidden as the file.
        facts["covered"] = covered
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _blobs(context: EngineContext, task: Task, plan: Plan) -> dict[str, str]:
    git = context.task_git(task).repo.git
    listing: bytes = git.ls_tree("-r", "-z", "--full-tree", task.base, **RAW)
    oids = {}
    for line in listing.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        oids[name.decode("utf-8", "surrogateescape")] = facts.split()[2].decode()
    names = deciding(oids, plan.project.setup)
    return {name.encode("utf-8", "replace").decode(): oids[name] for name in names}


def may_keep(context: EngineContext, task: Task) -> bool:
    """True if the base commit is the user's: no task may write what others get."""
    branches = {each.branch for each in context.read().tasks.all(removed=True)}
    is_users = partial(user_refs.is_users, context.task_git(task).repo, task.base)
    return is_users(context.config().branch_prefix, branches)
