"""`swarm open`: a task's own server at an address of this machine."""

from argparse import ArgumentParser, Namespace

from swarm.adapters import browser
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.errors import SwarmError
from swarm.model import task_port
from swarm.model.task_port import TaskPort
from swarm.model.wishes import ClosePort, OpenPort
from swarm.plan.naming import HomePaths
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries

RAW = (
    "note: any program and any web page on this machine can send bytes to a raw port; "
    "swarm looks at none of them"
)


def open_arguments(parser: ArgumentParser) -> None:
    """The id, the port in the box, and how."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add(
        "port",
        type=int,
        nargs="?",
        metavar="PORT",
        help="where its server listens in the box; without it, list its ports",
    )
    add("--at", type=int, metavar="N", help="the port of this machine's loopback")
    add("--raw", action="store_true", help="carry bytes unread, for what is no HTTP")
    add("--browser", action="store_true", help="open the address in your browser")
    add("--close", action="store_true", help="close the port")
    add("--json", action="store_true", help="with the list: print a JSON list")


def open_port(args: Namespace) -> int:
    """List, open or close; prints the address of one that is open."""
    paths = home.ensure_paths()
    if args.port is None:
        return _list(paths, args)
    if args.close:
        ask(paths, ClosePort(args.id, args.port))
        output.note(f"port {args.port} of task {args.id} is closed")
        return exit_codes.DONE
    if args.browser and args.raw:
        raise SwarmError("a raw port has no page that a browser could show")
    answer = ask(paths, OpenPort(args.id, args.port, args.at or 0, args.raw))
    at = int(answer["at"])
    if args.at and at != args.at:
        output.note(f"another program has port {args.at}; it is at {at} instead")
    if args.raw:
        output.note(RAW)
    url = task_port.address(args.id, TaskPort(args.port, at, is_raw=args.raw))
    output.out(url)
    if args.browser and not browser.open_address(url):
        output.note("no browser could be started; copy the address")
    return exit_codes.DONE


def _list(paths: HomePaths, args: Namespace) -> int:
    task = TaskQueries(ReadConnection(paths.database)).get(args.id)
    if args.json:
        output.as_json(
            [
                {
                    "port": port.port,
                    "open": port.is_open,
                    "raw": port.is_raw,
                    "address": task_port.address(task.id, port) if port.at else "",
                }
                for port in task.ports
            ]
        )
        return exit_codes.DONE
    for port in task.ports:
        output.out(task_port.words(task.id, port))
    if not task.ports:
        output.note(
            f"task {task.id} has no port open; `swarm open {task.id} PORT` opens the "
            "one that its server listens at"
        )
    return exit_codes.DONE
