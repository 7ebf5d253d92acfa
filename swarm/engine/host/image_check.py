"""Looks at an image before a task stands on it, and refuses one by what it lacks.

It is looked at by a sandbox of its own that does nothing else. What is learnt counts as
long as the keeper lives: an image of one id never changes.
"""

import re
import secrets
import tempfile
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.engine.host import agent_images, failed_starts, images
from swarm.errors import PlanError, TimedOut, ToolError
from swarm.model.safe_text import safe_line
from swarm.plan import hardening, image_probe
from swarm.plan.agent_start import SHELL
from swarm.plan.image_probe import SHELLS, STARTS, ImageTraits, ProbeRequest
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL, HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from swarm.ports import ContainerFacts, Containers, ImageConfig

_LOCK = threading.Lock()
_KNOWN: dict[tuple[str, str, str, str], ImageTraits] = {}
_MOST = 64
LIMIT = image_probe.ANSWER_LIMIT
SECONDS = 60.0
"""What a look may take: it runs programs of the image's."""
_NO_PROGRAM = re.compile(
    r"not found in \$PATH|no such file|permission denied|is a directory"
    r"|too many levels of symbolic links|not a directory",
    re.IGNORECASE,
)
_NO_MOUNT = re.compile(r"mount|mkdir", re.IGNORECASE)
_PLACE = re.compile(r'to rootfs at "(/[^"]*)"|/merged(/[^\s":]*)')
"""A place in an image that the engine's refusal names."""
_NO_ACCOUNTS = {
    "unable to find user": "/etc/passwd",
    "unable to find group": "/etc/group",
}
_NO_FOLDER = re.compile(r"not (?:a )?directory|too many (?:levels|links)")
"""The place, or a folder above it, is a file or a link that leads nowhere."""
_NO_ACCESS = re.compile(r"permission denied", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a task would stand on, and as whom."""

    image: str
    user: str
    """`uid:gid`, the agent's."""
    program: str
    """What the agent begins with."""
    runtime: str = ""
    selinux: bool = False
    userns: str = ""
    """As `SandboxSpec` has it."""


def stand_of(plan: Plan) -> Stand:
    """What a plan that is made stands on."""
    sandbox = plan.sandbox
    first = plan.program or sandbox.argv[0]
    program = SHELL if first in SHELLS else first
    return Stand(
        sandbox.image,
        sandbox.user,
        program,
        sandbox.runtime,
        sandbox.relabels,
        sandbox.userns,
    )


@dataclass(frozen=True, slots=True)
class ImageLook:
    """An image that a task can stand on."""

    traits: ImageTraits = field(default_factory=ImageTraits)
    environment: dict[str, str] = field(default_factory=dict)
    home_volumes: tuple[str, ...] = ()


def look(containers: Containers, paths: HomePaths, stand: Stand) -> ImageLook:
    """What the image has; PlanError names what it lacks, and the line that adds it.

    Blocks for about a second at an image's first, and not for an image of swarm's own.
    ToolError if the engine fails.
    """
    # By its content: an image of that name with another tag may be anybody's.
    if images.is_current(stand.image) and _brings(stand.image, stand.program):
        return ImageLook()
    config = containers.image_config(stand.image)
    if config is None:
        images.require(containers, stand.image)
        raise ToolError(f"docker image inspect: {stand.image} was just removed")
    _refuse_volumes(stand.image, config)
    found = _traits(containers, paths, stand, config)
    if stand.program != SHELL and not found.has_program:
        raise PlanError(
            f"the image {stand.image} has no {stand.program}, with which the agent "
            "begins",
            hint=f"add {stand.program} to the image, or choose another by "
            "`[sandbox] image` in the config",
        )
    volumes = tuple(image_probe.home_volumes(config.volumes))
    return ImageLook(found, config.environment, volumes)


def _brings(image: str, program: str) -> bool:
    """True if an image of swarm's own is known to have the program.

    An agent's image brings its agent; an agent of the user's may stand on the base.
    """
    return program == SHELL or image.startswith(f"swarm/{agent_images.PREFIX}")


def _traits(
    containers: Containers, paths: HomePaths, stand: Stand, config: ImageConfig
) -> ImageTraits:
    key = (config.id, stand.user, stand.program, stand.runtime)
    with _LOCK:
        if key not in _KNOWN:
            if len(_KNOWN) >= _MOST:
                _KNOWN.clear()
            _KNOWN[key] = _probe(containers, paths, stand, config)
        return _KNOWN[key]


def _probe(
    containers: Containers, paths: HomePaths, stand: Stand, config: ImageConfig
) -> ImageTraits:
    labels = {HOME_LABEL: paths.tag, TASK_LABEL: "", KIND_LABEL: "probe"}
    with (
        disk_errors_as("the look at an image"),
        tempfile.TemporaryDirectory(prefix="probe-", dir=paths.home) as folder,
    ):
        Path(folder).chmod(0o755)
        Path(folder, "empty").mkdir()
        Path(folder, "file").touch()
        request = ProbeRequest(
            # By its id: its name may come to stand for another image meanwhile.
            image=config.id,
            user=stand.user,
            program=stand.program,
            folder=folder,
            seccomp=images.seccomp_profile(),
            runtime=stand.runtime,
            relabel=stand.selinux,
            userns=stand.userns,
        )
        why = ""
        for shell in STARTS:
            name = f"swarm-{paths.tag}-probe-{secrets.token_hex(4)}"
            spec = image_probe.probe(request, name, labels, shell)
            attempt = partial(
                containers.run, spec, LIMIT, SECONDS, partial(_require_floor, spec)
            )
            try:
                answer = failed_starts.once_more(attempt)
            except TimedOut as error:
                raise _endless(stand) from error
            except ToolError as error:
                reason = _why_no_start(stand, config, error)
                why = why if _NO_ACCESS.search(why) else reason
            else:
                return image_probe.traits(answer, shell)
    raise _no_shell(stand, config, why)


def _require_floor(spec: SandboxSpec, facts: ContainerFacts | None) -> None:
    """Refuse an engine that made the look's container weaker than a sandbox is."""
    faults = hardening.inspected_faults(facts.raw, spec) if facts else ["it is gone"]
    # Whether swap may stay unlimited is decided for the task.
    faults = [fault for fault in faults if fault != hardening.SWAP_FAULT]
    if faults:
        raise PlanError(
            "docker create: the container for the look at an image is weaker than "
            f"asked for: {'; '.join(faults)}",
            hint="the engine ignores a setting; see `swarm doctor`",
        )


def _endless(stand: Stand) -> PlanError:
    return PlanError(
        f"the image {stand.image} has a shell that does not come to an end: a look at "
        f"it took more than {SECONDS:g} seconds",
        hint="see what its `bash` and `sh` do at their start: `BASH_ENV` in its "
        "Dockerfile, or other programs of these names",
    )


def _why_no_start(stand: Stand, config: ImageConfig, error: ToolError) -> str:
    """Why a shell did not start; raises what no other shell would mend."""
    message = error.message
    if "exec format error" in message.lower():
        raise PlanError(
            f"the programs of the image {stand.image} are for another machine, or are "
            f"no programs (it says {safe_line(config.architecture, 20) or 'nothing'})",
            hint="pull or build it for the container engine's own: "
            f"`docker pull --platform linux/… {stand.image}`",
        ) from error
    target = _place_in(message)
    if target:
        raise PlanError(
            f"the image {stand.image} has something else at {target}, where a sandbox "
            "gets a file or a folder of its own",
            hint="add to its Dockerfile: "
            + _as_root(config, _clearing(target, message)),
        ) from error
    if not _NO_PROGRAM.search(message):
        raise error
    return safe_line(message.rpartition("exec")[2].strip(' :"'), 120)


def _clearing(target: str, message: str) -> str:
    """The line of a Dockerfile that makes room for a mount of ours."""
    line = f"RUN rm -rf {target}"
    above = [str(folder) for folder in PurePosixPath(target).parents][-2::-1]
    if not above or not _NO_FOLDER.search(message):
        return line
    folders = " ".join(above)
    return f"{line}; for f in {folders}; do [ -d $f ] || rm -f $f; done"


def _place_in(message: str) -> str:
    """The place of ours that the engine could not use, if that is its reason."""
    for words, file in _NO_ACCOUNTS.items():
        if words in message:
            return file
    told = {first or second for first, second in _PLACE.findall(message)}
    mounts = sorted(image_probe.targets(), key=len, reverse=True)
    exact = next(
        (one for one in (*mounts, *hardening.REQUIRED_TMPFS) if one in told), ""
    )
    if exact or not _NO_MOUNT.search(message):
        return exact
    # The longest first: one may begin another.
    return next((place for place in mounts if place in message), "")


def _as_root(config: ImageConfig, line: str) -> str:
    """A line of a Dockerfile; around it those without which another user obeys it."""
    own = safe_line(config.user, 60)
    if own.partition(":")[0] in ("", "0", "root"):
        return f"`{line}`"
    # By number: an image may have no account of that name.
    return f"`USER 0`, `{line}` and `USER {own}`"


def _no_shell(stand: Stand, config: ImageConfig, why: str) -> PlanError:
    uid = stand.user.partition(":")[0]
    if _NO_ACCESS.search(why):
        return PlanError(
            f"the image {stand.image} has no shell that uid {uid} can run: its files "
            f"are kept from other users ({why})",
            hint="add to its Dockerfile: "
            + _as_root(config, "RUN chmod -Rf a+rX /bin /lib /usr || :"),
        )
    return PlanError(
        f"the image {stand.image} has no shell that uid {uid} can run: neither bash "
        f"nor sh ({why})",
        hint="add to its Dockerfile: "
        + _as_root(config, "RUN apt-get update && apt-get install -y bash")
        + " or `RUN apk add bash`; if it has no package tool: "
        "`COPY --from=busybox:musl /bin/ /bin/`",
    )


def _refuse_volumes(image: str, config: ImageConfig) -> None:
    hiding = image_probe.hiding_volumes(config.volumes)
    if hiding:
        place = safe_line(hiding[0], 200)
        raise PlanError(
            f"the image {image} has a volume of its own at {place}: it would hide what "
            "the task has there, and no review would show what is written to it",
            hint=f"remove `VOLUME {place}` from its Dockerfile",
        )
