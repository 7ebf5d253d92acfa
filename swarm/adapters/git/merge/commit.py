"""Writes the commits of a landing, as the user's own `git commit` would."""

import os
from dataclasses import dataclass

from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.task_git import TaskGit


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes commits of one landing into the task's review directory."""

    task: TaskGit
    who: Identity
    options: LandingOptions

    def write(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        """The new commit's id."""
        parent_words = [word for parent in parents for word in ("-p", parent)]
        words = (tree, *parent_words, "-F", "-")
        made: str = self.task.review.git.commit_tree(
            *words, istream=os.fsencode(message), env=self.who.variables()
        )
        return made
