"""Every signal that would end a program unseen is among them, and none of a fault."""

import signal

from swarm.model.ending_signals import PRESSED, ending_signals

NOT_OURS = {"KILL", "STOP", "SEGV", "BUS", "FPE", "ILL"}
"""What cannot be caught, and what a fault of this very program sends."""
HARMLESS = {"CHLD", "CLD", "CONT", "TSTP", "TTIN", "TTOU", "URG", "WINCH"}
IGNORED = {"PIPE", "XFSZ"}


def test_each_signal_of_this_system_is_one_of_these_kinds() -> None:
    names = {each.name[3:] for each in signal.Signals if each.name[3:5] != "RT"}
    ending = {
        name for name in names if getattr(signal, f"SIG{name}") in ending_signals()
    }

    assert names - ending == (NOT_OURS | HARMLESS | IGNORED) & names
    assert set(PRESSED) < set(ending_signals())
