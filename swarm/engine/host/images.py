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
    project_image,
    service_images,
    toolchain_image,
)
from swarm.engine.host.agent_recipe import Layers
from swarm.engine.host.build_sharing import SHARED
from swarm.engine.host.newest_versions import Newest
from swarm.errors import PlanError, ToolError
from swarm.model.toolchain import NO_TOOLCHAIN, Toolchain
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

ON = "@"
"""Stands between an image's name and its toolchain: `claude@python`."""
_ON_A_TOOLCHAIN = (agent_images.PYTHON_LAYER,)
"""Layers that install their own, and so stand on one; Node is copied out of its own."""

PACKAGES = {"gate": ("policy", "gate")}
"""Packages of our own that an image runs, copied as they are."""


class HasImages(Protocol):
    """Whatever can say which images the engine holds."""

    def image_id(self, reference: str) -> str | None:
        """The id of a local image, or None."""


def names() -> list[str]:
    """The images that swarm can build; those of agents stand on `base`."""
    return [*own(), *agent_images.names(), *service_images.names()]


def own() -> list[str]:
    """Those that swarm itself needs; an agent's is built when somebody asks for it."""
    folder = assets.folder("images")
    return sorted(file.parent.name for file in folder.glob("*/Dockerfile"))


def is_ours(name: str) -> bool:
    """True for the name of an image that swarm can build; of several agents, too.

    What stands after the @ is looked at when it is built.
    """
    head, at, _ = name.partition(ON)
    if at:
        return head == "base" or head in _ON_A_TOOLCHAIN or _is_agents(head)
    return name in own() or agent_images.is_name(name) or service_images.is_name(name)


def _is_agents(name: str) -> bool:
    return name.startswith(agent_images.PREFIX) and agent_images.is_name(name)


def full_name(name: str) -> str:
    """The image that a person means: `claude+codex` for `agents/claude+codex`.

    `postgres` is that of the service, if no agent has its name.
    """
    if is_ours(name):
        return name
    prefixes = (agent_images.PREFIX, service_images.PREFIX)
    named = [f"{prefix}{name}" for prefix in prefixes if is_ours(f"{prefix}{name}")]
    return named[0] if named else name


def of_agent(agent: Agent, sandbox: Sandbox, toolchain: Toolchain | None = None) -> str:
    """The image that an agent's tasks stand on, as a name or a full reference.

    The toolchain is the settings' if none is given. PlanError if the settings put the
    agent together with one that has no image, or a toolchain is to be in an image that
    is not ours.
    """
    if toolchain is None:
        toolchain = sandbox.toolchain()
    name = agent.image_name or sandbox.image
    if agent.name in sandbox.agents and agent_images.is_built(agent):
        name = agent_images.name_of(sandbox.agents)
        agent_images.agents_of(name)
    if toolchain and not is_ours(f"{name}{ON}"):
        raise PlanError(
            f"the image {name} is none of swarm's: it has its own packages",
            hint="take `stacks` and `packages` out, or put what they bring into it",
        )
    return on_toolchain(name, toolchain)


def on_toolchain(name: str, toolchain: Toolchain) -> str:
    """The name of an image of ours with a toolchain in it: `base@python`."""
    return f"{name}{ON}{toolchain}" if toolchain else name


def split_name(name: str) -> tuple[str, Toolchain]:
    """The image's name and its toolchain; PlanError if that is none."""
    head, at, text = name.partition(ON)
    return head, toolchain_image.parsed(text) if at else NO_TOOLCHAIN


def layers(toolchain: Toolchain) -> Layers:
    """The references of what agents' images stand on."""
    plain = agent_images.layers(tag("base"))
    if not toolchain:
        return plain
    if toolchain.image:
        return Layers(toolchain.image, plain.node, plain.python, toolchain)
    base = toolchain_image.tag(toolchain, plain.base, plain.node)
    python = agent_images.tag(agent_images.PYTHON_LAYER, base)
    return Layers(base, plain.node, python, toolchain)


def tag(name: str) -> str:
    """The reference of an image of ours; another content is another reference."""
    name, toolchain = split_name(name)
    if toolchain and name == "base":
        return layers(toolchain).base
    if name in agent_images.LAYERS:
        return agent_images.tag(name, layers(toolchain).base)
    if service_images.is_name(name):
        return service_images.tag(name, tag("base"))
    if name not in own():
        return agent_images.agents_tag(agent_images.agents_of(name), layers(toolchain))
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
    try:
        return full.startswith("swarm/") and is_ours(_name(full))
    except PlanError:
        return False  # another version knew a stack of that name


def is_current(full: str) -> bool:
    """True for the image that this swarm builds, with the content that it gives it."""
    return is_own(full) and full == tag(_name(full))


def toolchain_in(full: str) -> Toolchain:
    """What an image's reference tells of its toolchain; an empty one if nothing."""
    try:
        tag = full.partition(":")[2] if full.startswith("swarm/") else ""
        return toolchain_image.toolchain_in(tag) or NO_TOOLCHAIN
    except PlanError:
        return NO_TOOLCHAIN  # another version knew a stack of that name


def _name(full: str) -> str:
    repository, _, tag = full.partition(":")
    toolchain = toolchain_image.toolchain_in(tag) or NO_TOOLCHAIN
    if repository == toolchain_image.REPOSITORY:
        return on_toolchain("base", toolchain)
    name = agent_images.name_in(repository.removeprefix("swarm/"))
    return on_toolchain(name, toolchain)


def _way_out(full: str) -> str:
    if project_image.is_of_a_project(full):
        return "build the project's image: `swarm image project`"
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
    with SHARED.of(full, engine):
        if engine.image_id(full):
            progress(f"{full} is built")
        else:
            _build(engine, name, progress)
    if _tells_registries(name) and not engine.label(full, image_registries.LABEL):
        image_registries.record(engine, full, progress)
    return full


def build_agents(
    engine: Images,
    agents: tuple[Agent, ...],
    progress: Progress,
    toolchain: Toolchain | None = None,
) -> str:
    """Build the image of agents as these values describe them; answers its tag.

    What their files say meanwhile does not count.
    """
    toolchain = toolchain or NO_TOOLCHAIN
    on = layers(toolchain)
    full = agent_images.agents_tag(agents, on)
    if engine.image_id(full):
        progress(f"{full} is built")
        return full
    for each in below(agents, toolchain):
        build(engine, each, progress)
    progress(f"building {full}")
    return agent_images.build(engine, agents, on, _fetching(), progress)


def below(agents: tuple[Agent, ...], toolchain: Toolchain) -> list[str]:
    """The images that must be there before the agents' is built, in their order."""
    found = [on_toolchain("base", NO_TOOLCHAIN if toolchain.image else toolchain)]
    for layer in agent_images.below(agents):
        stands_on = toolchain if layer in _ON_A_TOOLCHAIN else NO_TOOLCHAIN
        found.append(on_toolchain(layer, stands_on))
    return found


def newest(
    engine: Images, agents: tuple[Agent, ...], progress: Progress
) -> dict[str, Newest]:
    """What the registries have of these agents; the layers that ask are built first."""
    build(engine, "base", progress)
    for layer in agent_images.below(agents):
        build(engine, layer, progress)
    return newest_versions.ask(engine, agents, layers(NO_TOOLCHAIN), _fetching())


def _build(engine: Images, name: str, progress: Progress) -> None:
    full = tag(name)
    name, toolchain = split_name(name)
    if toolchain and name == "base":
        _build_toolchain(engine, toolchain, progress)
    elif name in agent_images.LAYERS:
        base = build(engine, on_toolchain("base", toolchain), progress)
        progress(f"building {full} on {base}")
        agent_images.build_layer(engine, name, base, _fetching(), progress)
    elif service_images.is_name(name):
        base = build(engine, "base", progress)
        progress(f"building {full} on {base}")
        service_images.build(engine, name, base, _fetching(), progress)
    elif name in own():
        base = _base(engine, progress)
        progress(f"building {full} on {base}")
        arguments = {"BASE_IMAGE": base, **_fetching()}
        failed_starts.once_more(
            lambda: engine.build(full, _context(name), arguments, progress)
        )
    else:
        build_agents(engine, agent_images.agents_of(name), progress, toolchain)


def _build_toolchain(engine: Images, toolchain: Toolchain, progress: Progress) -> None:
    if toolchain.image:
        raise ToolError(
            f"docker build: there is no image {toolchain.image}",
            hint=_way_out(toolchain.image),
        )
    base, node = build(engine, "base", progress), tag(agent_images.NODE_LAYER)
    if toolchain.has_node:
        build(engine, agent_images.NODE_LAYER, progress)
    progress(f"building {toolchain} on {base}")
    toolchain_image.build(engine, toolchain, (base, node), _fetching(), progress)


def _fetching() -> dict[str, str]:
    """The build's arguments by which it goes out."""
    return parent_proxy.build_arguments(load.load(load.user_file()).gate)


def telling_registries() -> list[str]:
    """The references of the images whose tools tell where they fetch from."""
    return [tag(name) for name in ("base", agent_images.NODE_LAYER)]


def _tells_registries(name: str) -> bool:
    return name in ("base", agent_images.NODE_LAYER)


def _base(engine: Images, progress: Progress) -> str:
    """The base there is, else the registry's, else one made here; says which.

    Each step raises Cancelled if the engine's connection was stopped.
    """
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
        variables = parent_proxy.variables(gate)
        base_image.make_root(tar, progress, variables, lambda: engine.is_stopped)
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
