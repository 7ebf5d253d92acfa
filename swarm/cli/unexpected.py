"""Turns an error that nobody expected into a sentence, and keeps its traceback."""

import os

from swarm.bootstrap import failure_log, home
from swarm.cli import output
from swarm.errors import SwarmError
from swarm.model.failure import Failure, failure_of
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths


def tell(verb: str, error: Exception, is_verbose: bool) -> None:
    """Print a line with an id, under which a log has the traceback; or that, too."""
    failure = failure_of(error)
    output.refused(verb, _sentence(error, failure))
    if is_verbose:
        output.note(failure.text)


def _sentence(error: Exception, failure: Failure) -> SwarmError:
    if isinstance(error, OSError) and error.strerror:
        message = f"{_subject(error)}: {error.strerror} ({failure.id})"
        way_out = "see `swarm doctor`"
    else:
        message = f"this is a mistake of swarm's own: {failure.name} ({failure.id})"
        way_out = "please report it"
    place = _kept(failure) or "`--verbose` prints where it arose"
    return SwarmError(message, hint=f"{way_out}; {place}")


def _subject(error: OSError) -> str:
    if error.filename is None:
        return "the system"
    name = error.filename  # a number, if a descriptor was opened
    return safe_line(str(name) if isinstance(name, int) else os.fsdecode(name), 300)


def _kept(failure: Failure) -> str:
    """Where its traceback is; empty if it cannot be kept."""
    try:
        file = HomePaths(home.home()).command_log
    except (SwarmError, OSError):
        return ""
    return f"{file} has its traceback" if failure_log.keep(file, failure) else ""
