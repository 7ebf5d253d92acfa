"""`swarm agent update`: asks the registries for newer versions, and asks you."""

import re
from argparse import Namespace

from swarm.adapters.docker import DockerImages
from swarm.agents import pins, registry
from swarm.agents.description import Agent
from swarm.cli import exit_codes, output
from swarm.cli.consent import agrees
from swarm.cli.image import licence_note
from swarm.engine.host import agent_images, images
from swarm.engine.host.newest_versions import Newest
from swarm.errors import Refused, SwarmError
from swarm.model.format import plural
from swarm.model.safe_text import safe_line

_RELEASE = re.compile(r"\d{1,9}(?:\.\d{1,9})*", re.ASCII)


def update(args: Namespace) -> int:
    """Show from which version to which; build and pin it after a consent.

    Without a name, every agent whose image is here. A version that cannot be built is
    not pinned. The image of before stays until a task ran on the new one.
    """
    engine = DockerImages()
    chosen = _chosen(engine, args.name)
    if not chosen:
        output.out("no agent's image is here: `swarm image build NAME`")
        return exit_codes.DONE
    found = images.newest(engine, chosen, _note)
    newer = [agent for agent in chosen if _tell(agent, found[agent.name])]
    problems = [agent for agent in chosen if found[agent.name].problem]
    if args.dry_run or not newer:
        return exit_codes.FAILED if problems else exit_codes.DONE
    if not args.yes and not agrees(f"Build {plural(len(newer), 'image')} and use it?"):
        raise Refused("nothing was changed", hint="`--yes` agrees without a question")
    failed = [agent for agent in newer if not _pin(engine, agent, found[agent.name])]
    return exit_codes.FAILED if failed or problems else exit_codes.DONE


def _chosen(engine: DockerImages, name: str) -> tuple[Agent, ...]:
    if name:
        return agent_images.agents_of(f"{agent_images.PREFIX}{name}")
    found = []
    for each in registry.runnable():
        agent = registry.find(each)
        if agent_images.is_built(agent) and engine.image_id(
            images.tag(f"{agent_images.PREFIX}{each}")
        ):
            found.append(agent)
    return tuple(found)


def _tell(agent: Agent, newest: Newest) -> bool:
    """Print what the registry has; True if that is another version."""
    name, image = agent.name, agent.image
    if newest.problem:
        output.note(f"{name}: {safe_line(newest.problem, 200)}")
        return False
    if newest.version == image.version:
        output.out(f"{name} {image.version} is the newest ({image.package})")
        return False
    version = safe_line(newest.version, 60)
    older = ", which is older" if is_older(newest.version, image.version) else ""
    output.out(f"{name} {image.version} → {version} ({image.package}){older}")
    if not agent.redistribute:
        holds = f"{name} ({agent.licence or 'unknown'})"
        output.note(f"  {licence_note(holds)}")
    return True


def is_older(version: str, than: str) -> bool:
    """True if its numbers are lower: a registry's newest may be one that went back.

    Of two with the same numbers none is older.
    """
    numbers = (_RELEASE.match(each) for each in (version, than))
    found = [tuple(map(int, one[0].split("."))) for one in numbers if one]
    return len(found) == 2 and found[0] < found[1]


def _pin(engine: DockerImages, agent: Agent, newest: Newest) -> bool:
    """Build the version, then write it down; False if it could not be built."""
    described = registry.as_described(agent.name)
    pin = pins.over(described.image, newest.version, newest.integrity)
    folder = registry.user_folder()
    file = pins.path(folder, agent.name)
    try:
        candidate = pins.pinned(described, pin, file)
        reference = images.build_agents(engine, (candidate,), _note)
    except SwarmError as error:
        output.note(f"{agent.name} stays at {agent.image.version}: {error.message}")
        if error.hint:
            output.note(f"  {error.hint}")
        return False
    if newest.version == described.image.version:
        file.unlink(missing_ok=True)
        output.out(f"{reference} ready; {file} is removed")
    else:
        output.out(
            f"{reference} ready; pinned by {pins.write(folder, agent.name, pin)}"
        )
    output.note(
        f"  new tasks use it; the image of {agent.image.version} stays until one ran "
        "on it, then `swarm image prune` removes it"
    )
    return True


def _note(text: str) -> None:
    output.note(f"  {safe_line(text, 160)}")
