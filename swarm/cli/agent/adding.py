"""`swarm agent add FILE`: writes an agent of the user's from a registry's manifest."""

import json
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from swarm.agents import manifest, registry
from swarm.agents.manifest import Manifest, Model, Runs
from swarm.cli import exit_codes, output
from swarm.cli.consent import agrees
from swarm.config import human_file, load, policy_files
from swarm.errors import PlanError, Refused
from swarm.model.safe_text import safe_line
from swarm.policy import services


def add(args: Namespace) -> int:
    """Write it after a consent; Refused without one, or if the name is taken.

    PlanError for a manifest or an argv that no agent can be made of. Only the package
    that the manifest names is written down; nothing is fetched.
    """
    try:
        text = human_file.text(args.file)
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{args.file} cannot be read: {error}") from error
    named = manifest.parse(text, str(args.file))
    if args.name:
        named = replace(named, id=args.name)
    _require_free(named.id)
    _tell(named)
    runs = _runs(args, named)
    body = manifest.toml(named, runs)
    file = registry.user_folder() / f"{named.id}.toml"
    if not args.yes and not agrees(f"Write {file}?"):
        raise Refused("nothing was written", hint="`--yes` agrees without a question")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(body)
    output.out(f"{file}: written")
    for line in _next_steps(named.id, runs):
        output.note(line)
    return exit_codes.DONE


def _next_steps(name: str, runs: Runs) -> Iterator[str]:
    """What is left to do; the lines of the key are as its model's host needs them."""
    if not runs.model:
        yield f"next: swarm image build agents/{name}"
        return
    yield f"next: swarm agent check {name}   (builds its image; needs no key)"
    hosts = [
        host for service in runs.services for host in services.model_hosts(service)
    ]
    yield f"then its key, in {policy_files.beside(load.user_file())}:"
    yield f"  [secrets.{name}]"
    yield f'  source = "env:{runs.model.key}"'
    yield f"  hosts = {json.dumps(hosts or ['HOST OF ITS MODEL'])}"
    yield f'  placeholder = "{runs.model.key}"'


def _require_free(name: str) -> None:
    if name in registry.names():
        raise Refused(
            f"there is an agent {name} already", hint="choose another by --name"
        )


def _tell(named: Manifest) -> None:
    """Show who publishes what under which licence: names of packages are no proof."""
    output.fields(
        (title, safe_line(value, 300))
        for title, value in (
            ("agent", f"{named.title}: {named.summary}"),
            ("publisher", named.publisher),
            ("page", named.homepage),
            ("licence", named.licence),
            ("package", f"{named.package} {named.version} ({named.manager})"),
        )
    )


def _runs(args: Namespace, named: Manifest) -> Runs:
    screen, headless, full = args.screen, args.headless, args.full
    if not screen and not headless and sys.stdin.isatty():
        output.note("A manifest does not say how the program starts for a person.")
        screen = _ask(f"on its own screen, such as: {named.usual_binary} {{prompt}}")
        headless = _ask(f"headless, such as: {named.usual_binary} -p {{prompt}}")
        full = _ask("what lets it do everything unasked, such as: --yolo")
    if not screen and not headless:
        raise PlanError(
            "the manifest does not say how the program starts for a person",
            hint=f'say it: --screen "{named.usual_binary} {{prompt}}", --headless "…", '
            "--full=…",
        )
    _require_services(args.service)
    argv = (_words(screen), _words(headless), _words(full))
    environment = dict(_pair("--set", text, "NAME=VALUE") for text in args.set)
    return Runs(
        *argv, tuple(args.service), _model(args), environment, _seeds(args.seed)
    )


def _pair(option: str, text: str, shape: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise PlanError(f"{option} {text!r}: must be {shape}")
    return name, value


def _seeds(options: list[str]) -> dict[str, str]:
    """Place in the home to the text of the file that is to be there."""
    seeds = {}
    for text in options:
        place, file = _pair("--seed", text, "PLACE=FILE")
        # A shell puts the user's home in place of a `~` that is not quoted.
        home = f"{Path.home()}/"
        place = f"~/{place.removeprefix(home)}" if place.startswith(home) else place
        try:
            seeds[place] = human_file.text(Path(file).expanduser())
        except (OSError, UnicodeDecodeError) as error:
            raise PlanError(f"--seed {text!r} cannot be read: {error}") from error
    return seeds


def _model(args: Namespace) -> Model | None:
    if args.key:
        return Model(args.protocol, args.key, args.endpoint, args.url, args.model)
    if args.endpoint or args.url or args.model or args.protocol != "own":
        raise PlanError(
            "--endpoint, --url, --model and --protocol are of a model that is asked by "
            "a key",
            hint="name the variable of the key: --key OPENAI_API_KEY",
        )
    return None


def _require_services(names: list[str]) -> None:
    """PlanError for a service that neither swarm nor the user's policy has."""
    layer = policy_files.read(policy_files.beside(load.user_file()), "user")
    own = [each.name for each in layer.definitions] if layer else []
    for name in names:
        if name not in own and name not in services.catalogue():
            raise PlanError(
                f"--service {name}: there is no such service",
                hint=services.other(name, own),
            )


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise PlanError(f"{text!r} is no argv: {error}") from error


def _ask(what: str) -> str:
    output.note(f"{safe_line(what)} (empty: none)")
    return input("> ").strip()
