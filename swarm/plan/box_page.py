"""The page on what a sandbox cannot do, and what a shell in it says at such a command.

A probe such as `command -v docker` gets its true answer: nothing stands on PATH.
"""

from swarm.model.wanted_tools import (
    ENGINES,
    INSTALLERS,
    NOT_FOUND,
    PACKAGES,
    ROOT,
    SERVICES,
)

PAGE_NAME = "box.md"
SCRIPT_NAME = NOT_FOUND.rpartition("/")[2]

PAGE = """\
# What this box can and cannot do

You work in a container that a human started for one task. It lasts as long as the task.

- There is no root and no way to it: no `sudo`, no `su`, no `mount`, no setuid program.
- No system packages can be installed: `apt-get`, `dnf` and `apk` need root. If the task
  needs a package, say which one and why. The human is shown what you tried, and can
  start the next task with it: `swarm new --package PACKAGE`.
- Package tools that work as a user do: `pip install` in a venv, `npm install`, `cargo`,
  `go` and others, from the hosts that `policy.md` allows.
- There is no container engine, and none can be started: no `docker`, no `podman`, no
  `docker compose`; no image can be built or run, and no socket of the human's engine is
  here. What a container was for, the human gives otherwise: a database, cache or queue
  as a service beside this box, by `swarm.toml` at the root of the repository
  (`[service-container.db]` with `recipe = "postgres"`, `redis`, `mariadb`, `rabbitmq`,
  or with an `image`; or `compose` and `services`); tools as stacks and packages. Say
  which is needed, and go on with the rest. Services that are there answer at
  `localhost`, each at its own port, and reach nothing but this box.
- There is no `systemctl`. A server of your own runs as a program of yours; `localhost`
  and every name of this box reach it.
- A denied request is final: HTTP answers 403 with a reason, TLS ends with an alert.
  `policy.md` says what you may reach. Do not look for another way.
- `git push` leads nowhere, and there are no credentials. Commit as you like; a human
  reviews the files and takes what they want. `repository.md` says what of the
  repository is here.
- Only `/workspace`, your home and `/tmp` can be written to. Paths of `/workspace` that
  the human protects are read-only, and those that they hide are empty: `repository.md`
  names them, and nothing in this box holds what is hidden.
"""
_UNATTENDED = """\
- Nobody watches a terminal: pagers print all, editors take the text as it is, and
  questions get no answer. Pass `--yes`, `-m` and the like.
"""

_BOX = "See /etc/swarm/box.md."
_WHYS = {
    tuple(sorted(ROOT)): f"There is no root in this box, and no way to it. {_BOX}",
    tuple(
        sorted(INSTALLERS)
    ): "Packages cannot be installed in this box: tell the user "
    f"which are needed. {_BOX}",
    tuple(sorted(ENGINES)): "There is no container engine in this box, and none can be "
    "started: services, stacks and packages are given instead, by the user. "
    f"{_BOX}",
    tuple(sorted(SERVICES)): "There are no services in this box: start the program "
    f"itself. {_BOX}",
}


def page(way: str) -> str:
    """The page of a task that runs in this way; on a screen, somebody may answer."""
    return PAGE if way == "screen" else PAGE + _UNATTENDED


def command_not_found() -> str:
    """The script that says why a command is not there; of builtins alone, for any sh.

    It ends with 127, as the shell would.
    """
    cases = [f"    {'|'.join(names)}) why='{why}' ;;" for names, why in _WHYS.items()]
    by_package = dict[str, list[str]]()
    for command, package in PACKAGES.items():
        by_package.setdefault(package, []).append(command)
    cases += [
        f"    {'|'.join(commands)}) package={package} ;;"
        for package, commands in by_package.items()
    ]
    return "\n".join(
        [
            "# A shell runs this in place of a command that is not in the image.",
            "why= package=",
            'case "$1" in',
            *cases,
            "esac",
            "printf '%s: command not found\\n' \"$1\" >&2",
            '[ -z "$package" ] || why="It is not in this image (Debian has it in '
            f'$package), and cannot be installed here: tell the user. {_BOX}"',
            '[ -z "$why" ] || printf \'%s\\n\' "$why" >&2',
            "exit 127",
            "",
        ]
    )


def environment() -> dict[str, str]:
    """The variable by which every bash knows what to do at such a command."""
    function = f'() {{  "$BASH" {NOT_FOUND} "$@"\n}}'
    return {"BASH_FUNC_command_not_found_handle%%": function}
