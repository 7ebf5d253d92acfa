"""Writes the commits of a landing, as the user's own `git commit` would."""

from dataclasses import dataclass

from swarm.adapters.git.merge import signing
from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.signing import Signer
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.safe_text import safe_line


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes commits of one landing into the task's review directory."""

    task: TaskGit
    who: Identity
    options: LandingOptions
    signer: Signer | None = None
    encoding: str = ""
    """`i18n.commitEncoding`; empty for UTF-8."""

    @classmethod
    def of(cls, task: TaskGit, who: Identity, options: LandingOptions) -> "Writer":
        """A writer that signs and encodes as the user's settings want it."""
        encoding = task.repo.settings.last("i18n.commitencoding")
        return cls(task, who, options, signing.signer(task), encoding)

    def write(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        """The new commit's id; Refused if it cannot be signed or encoded."""
        words = (tree, *(word for parent in parents for word in ("-p", parent)))
        # As text, since that is what git's wrapper takes; its bytes are the encoded.
        variables = {
            name: self._encoded(value).decode(errors="surrogateescape")
            for name, value in self.who.variables().items()
        }
        text = self._encoded(message)
        if self.signer:
            return signing.commit_tree(
                self.task, self.signer, words, text, variables, self.options
            )
        encoding = (f"i18n.commitEncoding={self.encoding}",) if self.encoding else ()
        git = self.task.review.git(c=encoding)
        made: str = git.commit_tree(*words, "-F", "-", istream=text, env=variables)
        return made

    def _encoded(self, text: str) -> bytes:
        """The text in the encoding that git will note in the commit."""
        try:
            return text.encode(self.encoding or "utf-8", "surrogateescape")
        except (UnicodeEncodeError, LookupError) as error:
            raise Refused(
                f"the commit cannot be written in {safe_line(self.encoding, 60)}, "
                "which i18n.commitEncoding wants: "
                f"{safe_line(text.splitlines()[0], 80)!r}",
                hint="give another message, or unset i18n.commitEncoding",
            ) from error
