"""The image that a project brings: by a Dockerfile at a commit, or from a registry.

It is named by its content. Building is a human's own act: it runs what the repository
holds with the engine's own network, outside every box, as `docker build` does.
"""

import fnmatch
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from swarm.adapters.docker import build_context
from swarm.adapters.docker.build_context import ContextFile
from swarm.adapters.git import tree_at
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs import temporary
from swarm.adapters.git.tree_at import Entry
from swarm.config import dockerfile
from swarm.engine.host import build_failures, toolchain_image
from swarm.errors import ConfigError, ToolError
from swarm.model.covers import topmost_of
from swarm.model.project import ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.ports import BuildContext, Images, Progress

REPOSITORY = "swarm/projects"
MOST_FILES = 20_000
MOST_BYTES = 256 << 20
"""Of a context."""
PULL_SECONDS = 120.0
"""The longest silence of a registry."""


@dataclass(frozen=True, slots=True)
class ProjectImage:
    """A project's own image: where it comes from."""

    choice: ProjectChoice
    commit: str
    reference: str
    """Its name in the engine; empty if its registry's image is not here yet."""

    @property
    def name(self) -> str:
        """The name by which its build is told, and by which a human wants it built."""
        return self.reference or self.choice.image

    @property
    def made_from(self) -> str:
        """The Dockerfile and the commit it stands in, or the image that is fetched."""
        if self.choice.image:
            return f"{safe_line(self.choice.image, 200)}, from its registry"
        return f"{safe_line(self.choice.dockerfile, 200)} at {self.commit[:12]}"

    @property
    def consequence(self) -> str:
        """What a human agrees to by having it built."""
        if self.choice.image:
            return "the container engine fetches it by itself, outside every box"
        return (
            "it is built by your engine with its own network, outside every box: that "
            "runs what the repository holds there"
        )


def is_of_a_project(full: str) -> bool:
    """True for a project's own image, and for one of agents on it."""
    tag = full.partition(":")[2]
    return full.startswith(f"{REPOSITORY}:") or (
        full.startswith("swarm/") and tag.endswith(f"_{toolchain_image.ON_PROJECT}")
    )


def chosen(
    image_id: Callable[[str], str | None],
    repository: Repository,
    commit: str,
    choice: ProjectChoice,
) -> ProjectImage | None:
    """The image that the choice asks for at a commit; None if it asks for none.

    `image_id` is the engine's, of a reference. ConfigError for a Dockerfile whose
    context cannot be taken; SwarmError by git. Blocks for up to two git processes.
    """
    reference = ""
    if choice.image.startswith(f"{REPOSITORY}:"):
        reference = choice.image
    elif choice.image:
        number = image_id(choice.image)
        reference = _of_registry(number) if number else ""
    elif choice.dockerfile:
        reference = f"{REPOSITORY}:file-{_digest(repository, commit, choice)}"
    else:
        return None
    return ProjectImage(choice, commit, reference)


def build(
    engine: Images, repository: Repository, image: ProjectImage, progress: Progress
) -> str:
    """Build or pull it where it is not there, and return its reference; blocks.

    ToolError by the engine, or if no registry gives it.
    """
    choice = image.choice
    if choice.image:
        return _pulled(engine, choice.image, progress)
    if engine.image_id(image.reference):
        progress(f"{image.reference} is built")
        return image.reference
    progress(f"building {image.reference} by {choice.dockerfile}")
    with temporary.directory("context") as folder:
        tar = folder / "context.tar"
        build_context.write(tar, _files(repository, image.commit, choice))
        inner = _in_context(choice.dockerfile, choice.build_context)
        with build_failures.explaining(image.reference, progress) as on_line:
            context = BuildContext(
                tar, inner or _DOCKERFILE, choice.build_target, choice.build_args
            )
            engine.build_tar(image.reference, context, on_line)
    return image.reference


_DOCKERFILE = ".swarm-dockerfile"
"""A Dockerfile outside its context, as it is put into the tar."""


def _pulled(engine: Images, image: str, progress: Progress) -> str:
    number = engine.image_id(image)
    if number is None:
        progress(f"asking the registry for {image}")
        number = _fetched(engine, image, progress)
    reference = _of_registry(number)
    if engine.image_id(reference) is None:
        engine.tag(image, reference)
    progress(f"{reference} is {image}")
    return reference


def _fetched(engine: Images, image: str, progress: Progress) -> str:
    """The id of an image that a registry gives; ToolError with its words if none."""
    name = safe_line(image, 200)
    try:
        engine.fetch(image, PULL_SECONDS, progress)
        number = engine.image_id(image)
    except ToolError as error:
        raise ToolError(
            f"docker pull: no registry gives {name}: {safe_line(error.message)}",
            hint=f"`docker pull {name}` by hand, if it needs a login",
        ) from error
    if number is None:
        raise ToolError(f"docker pull: the engine has {name} no more")
    return number


def _of_registry(image_id: str) -> str:
    return f"{REPOSITORY}:image-{image_id.removeprefix('sha256:')[:12]}"


def _digest(repository: Repository, commit: str, choice: ProjectChoice) -> str:
    """Of the Dockerfile, what it copies, and how it is built."""
    entries = _entries(repository, commit, choice)
    text = _text(repository, commit, choice)
    paths = dockerfile.copied(text)
    copied = {
        path: [entry.mode, entry.oid.decode()]
        for path, entry in entries.items()
        if paths is None or path == build_context.IGNORE_FILE or _is_named(path, paths)
    }
    args, target = sorted(choice.build_args.items()), choice.build_target
    facts = [text, copied, choice.build_context, target, args]
    # A copy of everything is not in the name, and may hold what is hidden since.
    facts += [sorted(choice.hide)] if choice.hide else []
    whole = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _is_named(path: str, patterns: frozenset[str]) -> bool:
    parts = path.split("/")
    heads = ["/".join(parts[: length + 1]) for length in range(len(parts))]
    return any(fnmatch.fnmatchcase(head, each) for head in heads for each in patterns)


def _text(repository: Repository, commit: str, choice: ProjectChoice) -> str:
    named = tree_at.named(repository.git, commit, (choice.dockerfile,))
    files = {path: entry for path, entry in named.items() if entry.is_file}
    content = tree_at.contents(repository.git, files)
    if choice.dockerfile not in content:
        raise ConfigError(
            f"there is no {safe_line(choice.dockerfile, 200)} at {commit[:12]}"
        )
    return content[choice.dockerfile].decode("utf-8", "replace")


def _entries(
    repository: Repository, commit: str, choice: ProjectChoice
) -> dict[str, Entry]:
    """The context's files and links by their paths in it; none that are hidden.

    Whatever an image copies, every agent on it can read.
    """
    folder = choice.build_context
    found = tree_at.below(repository.git, commit, folder)
    start = f"{folder}/" if folder else ""
    entries = {
        path.removeprefix(start): entry
        for path, entry in found.items()
        if entry.mode != _SUBMODULE and topmost_of(path, choice.hide) is None
    }
    size = sum(entry.size for entry in entries.values())
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        raise ConfigError(
            f"the context of {safe_line(choice.dockerfile, 200)} is too much: "
            f"{len(entries)} files, {size >> 20} MiB (at most {MOST_FILES} files, "
            f"{MOST_BYTES >> 20} MiB)",
            hint="set `build_context` in swarm.toml to a smaller folder",
        )
    return entries


_SUBMODULE, _LINK, _PROGRAM = "160000", "120000", "100755"


def _files(
    repository: Repository, commit: str, choice: ProjectChoice
) -> list[ContextFile]:
    entries = _entries(repository, commit, choice)
    contents = tree_at.contents(repository.git, entries)
    ignore = contents.get(build_context.IGNORE_FILE, b"").decode("utf-8", "replace")
    inner = _in_context(choice.dockerfile, choice.build_context)
    kept = {*build_context.included(contents, ignore)} | {inner}
    files = [
        ContextFile(
            path,
            content,
            is_program=entries[path].mode == _PROGRAM,
            is_link=entries[path].mode == _LINK,
        )
        for path, content in contents.items()
        if path in kept
    ]
    if inner is None:
        text = _text(repository, commit, choice)
        files.append(ContextFile(_DOCKERFILE, text.encode()))
    return files


def _in_context(path: str, folder: str) -> str | None:
    """The Dockerfile's path in the context; None if it lies outside."""
    if not folder:
        return path
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None
