"""Which image a sandbox stands on: named by its content, built when it is missing."""

import hashlib
import re
import ssl
from pathlib import Path
from typing import Protocol

from swarm import assets
from swarm.adapters import base_image
from swarm.adapters.git.safe_fs import temporary
from swarm.agents.description import Agent
from swarm.config import load
from swarm.config.schema import Sandbox
from swarm.engine.host import (
    agent_images,
    failed_starts,
    image_registries,
    newest_versions,
    parent_proxy,
)
from swarm.engine.host.newest_versions import Newest
from swarm.errors import ToolError
from swarm.ports import Images, Progress

UPSTREAM = "debian:trixie-slim"
"""The base where a registry gives it."""

LOCAL = "swarm/debian:trixie"
"""The base that was made here instead."""

PULL_SECONDS = 60.0

HOST_CERTIFICATES = (
    Path("/usr/local/share/ca-certificates"),
    Path("/etc/pki/ca-trust/source/anchors"),
    Path("/etc/ca-certificates/trust-source/anchors"),
    Path("/etc/pki/trust/anchors"),
)
"""Where the distributions have the certificates that a machine's owner adds."""

_IMAGE = re.compile(
    # A registry's host, a path in lower case, a tag, a digest; or an id alone.
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/|\[[0-9a-f:]+\](?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9+._-]+:[0-9a-f]{32,})?"
    r"|sha256:[0-9a-f]{64}"
)
"""What a container engine takes as an image's name."""

PACKAGES = {"gate": ("policy", "gate")}
"""Packages of our own that an image runs, copied as they are."""


class HasImages(Protocol):
    """Whatever can say which images the engine holds."""

    def image_id(self, reference: str) -> str | None:
        """The id of a local image, or None."""


def names() -> list[str]:
    """The images that swarm can build; those of agents stand on `base`."""
    return [*own(), *agent_images.names()]


def own() -> list[str]:
    """Those that swarm itself needs; an agent's is built when somebody asks for it."""
    folder = assets.folder("images")
    return sorted(file.parent.name for file in folder.glob("*/Dockerfile"))


def is_ours(name: str) -> bool:
    """True for the name of an image that swarm can build; of several agents, too."""
    return name in own() or agent_images.is_name(name)


def full_name(name: str) -> str:
    """The image that a person means: `claude+codex` for `agents/claude+codex`."""
    alone = f"{agent_images.PREFIX}{name}"
    return alone if not is_ours(name) and is_ours(alone) else name


def of_agent(agent: Agent, sandbox: Sandbox) -> str:
    """The image that an agent's tasks stand on, as a name or a full reference.

    PlanError if the settings put it together with an agent that has no image.
    """
    if agent.name in sandbox.agents and agent_images.is_built(agent):
        name = agent_images.name_of(sandbox.agents)
        agent_images.agents_of(name)
        return name
    return agent.image_name or sandbox.image


def tag(name: str) -> str:
    """The reference of an image of ours; another content is another reference."""
    if name not in own():
        return agent_images.tag(name, tag("base"))
    digest = hashlib.sha256()
    for path, content in sorted(_context(name).items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return f"swarm/{name}:{digest.hexdigest()[:12]}"


def reference(engine: HasImages, image: str) -> str:
    """The full reference for what a config names; ToolError where it is not there."""
    full = tag(image) if is_ours(image) else image
    require(engine, full)
    return full


def require(engine: HasImages, full: str) -> None:
    """Refuse an image that the engine does not hold, or a name that none can have."""
    if not _IMAGE.fullmatch(full):
        raise ToolError(
            f"docker create: {full!r} can be no image's name",
            hint="set `[sandbox] image` in the config to one of `swarm image ls` or "
            "`docker images`",
        )
    if engine.image_id(full) is None:
        raise ToolError(
            f"docker create: there is no image {full}",
            hint=_way_out(full),
        )


def is_own(full: str) -> bool:
    """True for a reference to an image that swarm builds."""
    return full.startswith("swarm/") and is_ours(_name(full))


def is_current(full: str) -> bool:
    """True for the image that this swarm builds, with the content that it gives it."""
    return is_own(full) and full == tag(_name(full))


def _name(full: str) -> str:
    return agent_images.name_in(full.removeprefix("swarm/").partition(":")[0])


def _way_out(full: str) -> str:
    if is_own(full):
        return f"build it: `swarm image build {_name(full)}`"
    return f"pull it: `docker pull {full}`, or build it by its own Dockerfile"


def seccomp_profile() -> str:
    """The profile of every sandbox, as JSON text."""
    return (assets.folder("images") / "seccomp.json").read_text(encoding="utf-8")


def build(engine: Images, name: str, progress: Progress) -> str:
    """Build an image where its content is not there yet, and return its reference.

    What it stands on is built first. What is fetched meanwhile comes by the user's
    parent proxy.
    """
    if not is_ours(name):
        raise ToolError(
            f"docker build: swarm has no image {name!r}",
            hint=f"it has: {', '.join(names())}",
        )
    full = tag(name)
    if engine.image_id(full):
        progress(f"{full} is built")
    else:
        _build(engine, name, progress)
    if _tells_registries(name) and not engine.label(full, image_registries.LABEL):
        image_registries.record(engine, full, progress)
    return full


def build_agents(engine: Images, agents: tuple[Agent, ...], progress: Progress) -> str:
    """The same for agents as they are described here, whatever their files say."""
    base = build(engine, "base", progress)
    full = agent_images.agents_tag(agents, base)
    if engine.image_id(full):
        progress(f"{full} is built")
        return full
    for layer in agent_images.below(agents):
        build(engine, layer, progress)
    progress(f"building {full}")
    return agent_images.build(engine, agents, base, _fetching(), progress)


def newest(
    engine: Images, agents: tuple[Agent, ...], progress: Progress
) -> dict[str, Newest]:
    """What the registries have of these agents; the layers that ask are built first."""
    base = build(engine, "base", progress)
    for layer in agent_images.below(agents):
        build(engine, layer, progress)
    return newest_versions.ask(engine, agents, agent_images.layers(base), _fetching())


def _build(engine: Images, name: str, progress: Progress) -> None:
    full = tag(name)
    if name in agent_images.LAYERS:
        base = build(engine, "base", progress)
        progress(f"building {full} on {base}")
        agent_images.build_layer(engine, name, base, _fetching(), progress)
    elif name in own():
        base = _base(engine, progress)
        progress(f"building {full} on {base}")
        arguments = {"BASE_IMAGE": base, **_fetching()}
        failed_starts.once_more(
            lambda: engine.build(full, _context(name), arguments, progress)
        )
    else:
        build_agents(engine, agent_images.agents_of(name), progress)


def _fetching() -> dict[str, str]:
    """The build's arguments by which it goes out."""
    return parent_proxy.build_arguments(load.load(load.user_file()).gate)


def telling_registries() -> list[str]:
    """The references of the images whose tools tell where they fetch from."""
    return [tag(name) for name in ("base", agent_images.NODE_LAYER)]


def _tells_registries(name: str) -> bool:
    return name in ("base", agent_images.NODE_LAYER)


def _base(engine: Images, progress: Progress) -> str:
    """The base there is, else the registry's, else one made here; says which."""
    for known in (UPSTREAM, LOCAL):
        if engine.image_id(known):
            progress(f"base: {known}, which is here already")
            return known
    progress(f"base: asking the registry for {UPSTREAM}")
    if engine.pull(UPSTREAM, PULL_SECONDS):
        return UPSTREAM
    progress(f"base: no registry gives it; making {LOCAL} with mmdebstrap")
    with temporary.directory("base") as folder:
        tar = folder / "root.tar"
        gate = load.load(load.user_file()).gate
        base_image.make_root(tar, progress, parent_proxy.variables(gate))
        engine.import_tar(tar, LOCAL)
    return LOCAL


def _context(name: str) -> dict[str, bytes]:
    """The build's files: the image's own, and the host's extra CA certificates."""
    folder = assets.folder("images") / name
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for package in PACKAGES.get(name, ()):
        files |= _sources(package)
    files["extra-ca/.keep"] = b""
    return files | host_certificates()


def host_certificates() -> dict[str, bytes]:
    """The host's extra CA certificates, under the only ending that Debian takes."""
    files: dict[str, bytes] = {}
    for folder in HOST_CERTIFICATES:
        for path in sorted(folder.glob("*")):
            if path.suffix in (".crt", ".pem") and (content := _certificate(path)):
                files.setdefault(f"extra-ca/{path.stem}.crt", content)
    return files


def _certificate(path: Path) -> bytes:
    """The file; empty if it cannot be read or holds no certificates in PEM."""
    try:
        content = path.read_bytes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=content.decode("ascii"))
    except (OSError, ValueError):
        return b""  # what is no certificate for one program is none for the others
    return content


def _sources(package: str) -> dict[str, bytes]:
    """A package of ours as it goes into an image, under a `swarm` that is empty."""
    files = {"swarm/__init__.py": b'"""The part of swarm that runs in this image."""\n'}
    for path in assets.modules(package):
        files[f"swarm/{package}/{path.name}"] = path.read_bytes()
    return files
