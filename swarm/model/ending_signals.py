"""The signals that end a program unless it catches them, and that no fault sends."""

import signal

_NAMES = (
    *("SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGUSR2", "SIGALRM"),
    *("SIGTERM", "SIGXCPU", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGSTKFLT"),
    *("SIGSYS", "SIGTRAP"),
)


def ending_signals() -> tuple[int, ...]:
    """Those of this system; SIGPIPE and SIGXFSZ, which Python ignores, are not."""
    there = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    first, last = (getattr(signal, f"SIGRT{end}", None) for end in ("MIN", "MAX"))
    if first is None or last is None:
        return tuple(there)
    return (*there, *range(first, last + 1))


PRESSED = (signal.SIGINT, signal.SIGQUIT)
"""Signals that a terminal's keys send to all programs on it, not to this one alone."""
