"""The images of services: what they are called, and how one is built on the base."""

import hashlib
import json

from swarm.engine.host import agent_recipe, build_failures
from swarm.model.service_recipe import RECIPES
from swarm.plan.service_containers import start_script
from swarm.plan.specs import RECIPES_FOLDER
from swarm.ports import Images, Progress

PREFIX = "services/"
_SCRIPTS = ("packages.sh", "service.sh")


def names() -> list[str]:
    """One for each recipe."""
    return [f"{PREFIX}{name}" for name in RECIPES]


def is_name(name: str) -> bool:
    """True for the name of an image of a service."""
    return name in names()


def dockerfile(name: str, base: str) -> str:
    """The Dockerfile, in classic syntax."""
    recipe = RECIPES[name.removeprefix(PREFIX)]
    run = json.dumps(["sh", f"{RECIPES_FOLDER}/service.sh", *recipe.packages])
    files = " ".join(_files(name))
    return "\n".join(
        [
            f"FROM {base}",
            "USER root",
            f"COPY {files} {RECIPES_FOLDER}/",
            f"RUN {run}",
            "WORKDIR /",
            "USER 65300:65300",
            f"CMD {json.dumps(['sh', start_script(recipe.name)])}",
            "",
        ]
    )


def _files(name: str) -> list[str]:
    return [*_SCRIPTS, f"service-{name.removeprefix(PREFIX)}.sh"]


def tag(name: str, base: str) -> str:
    """The reference of the image on this base."""
    digest = hashlib.sha256(dockerfile(name, base).encode())
    for file in _files(name):
        digest.update(agent_recipe.script(file))
    return f"swarm/{name}:{digest.hexdigest()[:12]}"


def build(
    engine: Images,
    name: str,
    base: str,
    arguments: dict[str, str],
    progress: Progress,
) -> str:
    """Build the image on the base; blocks for minutes. ToolError, explained."""
    full = tag(name, base)
    files = {"Dockerfile": dockerfile(name, base).encode()}
    files |= {file: agent_recipe.script(file) for file in _files(name)}
    build_failures.build(engine, full, files, arguments, progress)
    return full
