"""The exit statuses of `swarm`, and their meanings."""

DONE = 0
FAILED = 1
USAGE = 2
TASK_FAILED = 3
NOT_FOUND = 4
TOOL_MISSING = 5
NEEDS_YOU = 6
TIMEOUT = 124
INTERRUPTED = 130

MEANINGS: dict[int, str] = {
    DONE: "done",
    FAILED: "refused or failed; the reason is on standard error",
    USAGE: "the command line is wrong",
    TASK_FAILED: "a task did not end with 0, or ended without what was waited for "
    "(`wait`, `new --wait`)",
    NOT_FOUND: "there is no such task",
    TOOL_MISSING: "docker, git or tmux is missing or does not answer",
    NEEDS_YOU: "an agent waits for you and does not go on (`wait --for ready`)",
    TIMEOUT: "the time of `wait --timeout` is over",
    INTERRUPTED: "interrupted by Ctrl+C",
}


def table() -> str:
    """The exit statuses as the help shows them."""
    return "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items())
