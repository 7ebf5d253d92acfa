"""The image with stacks and packages: what it is called, and how it is built.

It stands between the base and the images of agents. Its reference tells what is in it,
so that a task whose image is gone can say how to have it again.
"""

import hashlib
import json

from swarm.engine.host import agent_recipe, build_failures
from swarm.errors import PlanError
from swarm.model.toolchain import STACKS, Toolchain, toolchain_of
from swarm.plan.specs import RECIPES_FOLDER
from swarm.ports import Images, Progress

REPOSITORY = "swarm/toolchains"
LABEL = "swarm.toolchain"
ON_PROJECT = "PROJECT"
"""What a tag tells of an image of agents on a project's own."""
_LONGEST_TAG = 128
"""The engine's: github.com/distribution/reference."""
_PACKAGES = "packages.sh"
_HEADERS = "node-headers.sh"


def dockerfile(toolchain: Toolchain, base: str, node: str) -> str:
    """The Dockerfile, in classic syntax; `node` is the layer that has it."""
    lines = [f"FROM {base}", "USER root"]
    if toolchain.installed:
        lines += _run(_PACKAGES, toolchain.installed)
    for package in toolchain.older:
        arguments = [agent_recipe.OLD_RELEASE, package, "dev"]
        lines += _run(agent_recipe.OLD_SCRIPT, arguments)
    if toolchain.has_node:
        version = agent_recipe.NODE[agent_recipe.FETCH_NODE]
        lines += [
            *agent_recipe.copied_node(node),
            *_run(_HEADERS, [version]),
            "ENV npm_config_nodedir=/opt/node",
        ]
    lines += [f"LABEL {LABEL}={json.dumps(str(toolchain))}", "USER 1000:1000"]
    return "\n".join(lines) + "\n"


def _run(script: str, arguments: list[str]) -> list[str]:
    place = f"{RECIPES_FOLDER}/{script}"
    return [f"COPY {script} {place}", f"RUN {json.dumps(['sh', place, *arguments])}"]


def _scripts(toolchain: Toolchain) -> list[str]:
    scripts = [_PACKAGES]
    if toolchain.older:
        scripts.append(agent_recipe.OLD_SCRIPT)
    return [*scripts, _HEADERS] if toolchain.has_node else scripts


def tag(toolchain: Toolchain, base: str, node: str) -> str:
    """The reference of the image on this base."""
    digest = hashlib.sha256(dockerfile(toolchain, base, node).encode())
    for script in _scripts(toolchain):
        digest.update(agent_recipe.script(script))
    return f"{REPOSITORY}:{tag_of(digest.hexdigest()[:12], toolchain)}"


def tag_of(digest: str, toolchain: Toolchain) -> str:
    """`DIGEST_c_node__libpq-dev`; a toolchain of too many words is left out.

    No package has an underscore or a capital letter in its name; a plus sign, which no
    tag may hold, is written as P. On a project's own image it is `DIGEST_PROJECT`.
    """
    if toolchain.image:
        return f"{digest}_{ON_PROJECT}"
    words = ["_".join(toolchain.stacks), *toolchain.packages]
    full = "_".join([digest, "__".join(words)]).replace("+", "P")
    return full if len(full) <= _LONGEST_TAG else digest


def toolchain_in(tag: str) -> Toolchain | None:
    """What an image's tag tells, if it tells of one; PlanError for an unknown stack."""
    _digest, _, told = tag.partition("_")
    if not told or told == ON_PROJECT:
        return None
    stacks, *packages = told.replace("P", "+").split("__")
    return toolchain_of(",".join([stacks.replace("_", "+"), *packages]))


def build(
    engine: Images,
    toolchain: Toolchain,
    stands_on: tuple[str, str],
    arguments: dict[str, str],
    progress: Progress,
) -> str:
    """Build the image on the base and the layer with Node; blocks for minutes.

    ToolError says which package there is none of.
    """
    full = tag(toolchain, *stands_on)
    files = {"Dockerfile": dockerfile(toolchain, *stands_on).encode()}
    files |= {name: agent_recipe.script(name) for name in _scripts(toolchain)}
    build_failures.build(engine, full, files, arguments, progress)
    return full


def megabytes(toolchain: Toolchain) -> int:
    """About what it adds; what stacks share is counted twice."""
    each = (STACKS[name].megabytes for name in toolchain.stacks)
    return sum(each) + _USUAL_PACKAGE * len(toolchain.packages)


_USUAL_PACKAGE = 20


def parsed(text: str) -> Toolchain:
    """The toolchain of an image's name; PlanError if it names nothing."""
    found = toolchain_of(text)
    if not found:
        raise PlanError(
            "a toolchain needs a stack or a package",
            hint="such as claude@python, or claude@python,libpq-dev",
        )
    return found
