"""`swarm login` and `swarm logout`: an agent's subscription, held outside its boxes."""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from swarm.adapters import browser, loopback_pipe, wide_terminal
from swarm.agents import registry, token_kind
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.consent import agrees
from swarm.cli.keeper_client import ask
from swarm.cli.login_lines import LoginLines
from swarm.errors import Refused, SwarmError
from swarm.model import format
from swarm.model.safe_text import safe_line
from swarm.model.wishes import BeginLogin, EndLogin, ImportLogin, Logout
from swarm.plan.naming import HomePaths

OPEN = "o"


def login_arguments(parser: ArgumentParser) -> None:
    """Add the agent and the ways."""
    parser.add_argument("agent", metavar="AGENT")
    parser.add_argument(
        "--import",
        dest="bring",
        action="store_true",
        help="copy your own login of this machine, where its tokens do not change",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def logout_arguments(parser: ArgumentParser) -> None:
    """Add the agent."""
    parser.add_argument("agent", metavar="AGENT")


def login(args: Namespace) -> int:
    """Run the agent's own login in a box, or copy the host's; tokens stay outside."""
    paths = home.ensure_paths()
    if args.bring:
        return _bring(paths, args)
    if not sys.stdin.isatty():
        raise SwarmError("a login needs a terminal", hint="run it in one")
    _require_consent(args)
    answer = ask(paths, BeginLogin(args.agent))
    try:
        _converse(args.agent, answer["argv"], answer["relay"], tuple(answer["sites"]))
    except BaseException:
        ask(paths, EndLogin(args.agent, abandon=True))
        raise
    expires = float(ask(paths, EndLogin(args.agent))["expires"])
    _tell(args.agent, expires)
    return exit_codes.DONE


def _require_consent(args: Namespace) -> None:
    """Refused if the agent's boxes would have its tokens, and the person says no."""
    if not _is_shared(args.agent) or args.yes:
        return
    output.note(
        f"{args.agent}'s tokens cannot be held outside its boxes. Each of its tasks "
        "has the access token, and one at a time the refresh token: an agent that "
        "means ill can send them wherever its network leads."
    )
    if not agrees("Log in all the same?"):
        raise Refused("nobody was logged in", hint="give it a key instead")


def _is_shared(agent: str) -> bool:
    return token_kind.is_shared(registry.find(agent).login.tokens)


def logout(args: Namespace) -> int:
    """Forget the tokens on this machine; the agent's maker still knows of them."""
    registry.find(args.agent)
    was = ask(home.ensure_paths(), Logout(args.agent))["was"]
    words = "is forgotten on this machine" if was else "was not there"
    output.note(f"the login of {args.agent} {words}")
    return exit_codes.DONE


def _bring(paths: HomePaths, args: Namespace) -> int:
    agent = registry.find(args.agent)
    file = Path.home() / agent.login.done.removeprefix("~/")
    output.note(f"{file} is copied once; the gate then renews the copy's tokens.")
    if not args.yes and not agrees("Copy it?"):
        raise Refused("nothing was copied", hint="`--yes` agrees without a question")
    _tell(args.agent, float(ask(paths, ImportLogin(args.agent))["expires"]))
    return exit_codes.DONE


def _tell(agent: str, expires: float) -> None:
    until = format.date_time(expires, seconds=False)
    who = (
        "by the one task at a time that has the lock. Its boxes hold it"
        if _is_shared(agent)
        else "by the gate's side. Boxes get placeholders"
    )
    output.note(f"{agent} is logged in; its token ends {until} and is renewed {who}.")


def _converse(
    agent: str, argv: list[str], relay: list[str], sites: tuple[str, ...]
) -> None:
    """Show the login's lines, and send what is typed; a call-back is let in."""
    lines, piped = LoginLines(sites), set[int]()
    output.note(
        f"{agent}'s own login runs in a box. What you type goes to it; `{OPEN}` opens "
        "the address that it shows, Ctrl+C ends it."
    )
    with ExitStack() as pipes:

        def show(text: str) -> None:
            for line in lines.feed(text):
                output.out(line)
            port = lines.callback_port
            if port and port not in piped:
                piped.add(port)
                _let_in(pipes, port, relay)

        def typed(line: str) -> str:
            if line.strip().lower() != OPEN or not lines.url:
                return f"{line}\r"
            _open(lines.url)
            return ""

        wide_terminal.converse([str(word) for word in argv], show, typed)


def _let_in(pipes: ExitStack, port: int, relay: list[str]) -> None:
    try:
        words = [str(word) for word in relay]
        pipes.enter_context(loopback_pipe.open_pipe(port, words))
    except SwarmError as error:
        output.note(f"warning: {error.message}; use the code that the page shows")
    else:
        output.note(f"127.0.0.1:{port} leads into the box until the login ends")


def _open(url: str) -> None:
    output.note(f"opening {safe_line(url, 4000)}")
    if not browser.open_address(url):
        output.note("no browser could be started; copy the address")
