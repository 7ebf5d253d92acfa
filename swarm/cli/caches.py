"""`swarm caches`: shows the user's package caches, and lends them to boxes."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.adapters import package_caches
from swarm.adapters.package_caches import PackageCache
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.consent import agrees
from swarm.config import file_change, home_paths, load, settings_edit
from swarm.config.file_change import FileChange
from swarm.errors import Refused
from swarm.model import format
from swarm.model.package_cache import KINDS
from swarm.model.safe_text import safe_line


def caches_arguments(parser: ArgumentParser) -> None:
    """Add the two actions, and the names of caches."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, words in (
        ("lend", "have each next task read these"),
        ("keep", "have no further task read these"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("kinds", nargs="+", choices=sorted(KINDS), metavar="KIND")
        action.add_argument("--yes", action="store_true", help="do not ask")


def caches(args: Namespace) -> int:
    """List them, or change which are lent; FAILED if the human does not want it."""
    file = load.user_file()
    lent = load.load(file).sandbox.caches
    if not args.action:
        _list([_look(kind) for kind in KINDS], lent)
        return exit_codes.DONE
    kinds = tuple(dict.fromkeys(args.kinds))
    if args.action == "keep":
        return _write(file, tuple(kind for kind in lent if kind not in kinds))
    found = [_look(kind) for kind in kinds]
    _list(found, lent)
    for each in found:
        if each.fault:
            raise Refused(f"the cache of {each.kind} cannot be lent: {each.fault}")
    if set(kinds) <= set(lent):
        output.note("they are lent already")
        return exit_codes.DONE
    if not args.yes and not agrees("let every box of yours read these?"):
        output.note("nothing was written; --yes answers, too")
        return exit_codes.FAILED
    return _write(file, tuple(dict.fromkeys((*lent, *kinds))))


def _look(kind: str) -> PackageCache:
    return package_caches.look(kind, os.environ, home_paths.home(), home.home())


def _list(found: list[PackageCache], lent: tuple[str, ...]) -> None:
    output.columns(
        ["CACHE", "SIZE", "LENT", "BOXES", "PLACE"],
        [
            [
                each.kind,
                format.size(each.bytes) if not each.fault else "",
                "yes" if each.kind in lent else "no",
                each.fault or ("copy it" if KINDS[each.kind].home else "read it there"),
                safe_line(str(each.place), 200),
            ]
            for each in found
        ],
    )


def _write(file: Path, kinds: tuple[str, ...]) -> int:
    before = file_change.current(file)
    after = settings_edit.with_list(before, "sandbox", "caches", kinds)
    change = FileChange(file, before, after)
    if before != after:
        for line in change.lines():
            output.out(line)
        file.parent.mkdir(parents=True, exist_ok=True)
        change.write()
    output.note("each next task is given: " + (", ".join(kinds) or "no cache of yours"))
    return exit_codes.DONE
