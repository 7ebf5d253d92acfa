"""What a `devcontainer.json` adds to a `swarm.toml`, which counts before it."""

from dataclasses import replace

from swarm.config.devcontainer import Devcontainer
from swarm.model.project import ProjectChoice


def applied(
    choice: ProjectChoice, found: Devcontainer
) -> tuple[ProjectChoice, tuple[str, ...]]:
    """The choice with what the file asks for, and a line for each thing left out.

    What `swarm.toml` says itself stays; set-up commands of both run, the file's first.
    Beside services its late ones run for each task, where `swarm.toml` has no set-up.
    """
    left_out = [f"{choice.devcontainer}: {line}" for line in found.left_out]
    has_image = bool(found.image or found.build)
    if has_image and (choice.stacks or choice.packages):
        left_out.append(
            f"{choice.devcontainer}: its image: the stacks and packages of swarm.toml "
            "take its place"
        )
        has_image = False
    elif has_image and (found.stacks or found.packages):
        names = ", ".join((*found.stacks, *found.packages))
        left_out.append(
            f"{choice.devcontainer}: features ({names}): nothing is added to a "
            "project's own image"
        )
    elif found.stacks or found.packages:
        choice = replace(
            choice,
            stacks=choice.stacks or found.stacks,
            packages=choice.packages or found.packages,
        )
    for stack, version in found.pins:
        left_out.append(
            f"{choice.devcontainer}: {stack} {version}: a stack has one version"
        )
    if has_image:
        choice = _on_its_image(choice, found)
    compose = choice.compose or found.compose
    services = choice.services or (found.services if compose else ())
    setup, each_task = found.setup, choice.each_task
    has_services = bool(services or choice.service_container)
    if has_services and each_task is None and not choice.setup:
        # As where containers are kept: what may need the services comes late.
        each_task = found.late_setup
    else:
        setup = (*setup, *found.late_setup, *choice.setup)
    return (
        replace(
            choice,
            environment={**dict(found.environment), **choice.environment},
            setup=setup,
            each_task=each_task,
            ports=tuple(dict.fromkeys((*choice.ports, *found.ports))),
            extensions=found.extensions,
            compose=compose,
            services=services,
        ),
        tuple(left_out),
    )


def _on_its_image(choice: ProjectChoice, found: Devcontainer) -> ProjectChoice:
    build = found.build
    if build is None:
        return replace(choice, image=found.image)
    return replace(
        choice,
        dockerfile=build.dockerfile,
        build_context="" if build.context == "." else build.context,
        build_target=build.target,
        build_args=dict(build.args),
    )
