"""The table of keys, from which dispatcher, footer, help and palette are made."""

from textual.binding import Binding, BindingType

from swarm.model.frozen import frozen


@frozen
class Key:
    """One thing that a key does in one context."""

    action: str
    """The method `do_<action>`; unique within its context."""
    keys: str
    """Textual's names, comma-separated."""
    shown: str
    """The key as a human calls it."""
    label: str
    """One or two words for the footer."""
    help: str
    """A sentence for `?` and the palette."""
    hint: int = 0
    """Place in the footer, 1 first; 0 for none."""


GLOBAL = (
    Key("help", "question_mark", "?", "help", "show the keys of this screen", 90),
    Key("palette", "colon,ctrl+p", ": Ctrl+P", "command", "find a command by name", 80),
    Key("refresh", "ctrl+r", "Ctrl+R", "refresh", "read everything anew"),
)

TASKS = (
    Key(
        "attach",
        "enter",
        "Enter",
        "attach",
        "full screen; Ctrl+Q back; a path: its diff",
        10,
    ),
    Key("reply", "space", "Space", "reply", "type a line into the agent's pane", 20),
    Key("new", "n", "n", "new", "start an agent on a prompt", 5),
    Key("review", "r", "r", "review", "look at the changes, merge or discard", 15),
    Key("next", "w", "w", "next", "go to the next task that needs you", 40),
    Key(
        "decide",
        "exclamation_mark",
        "!",
        "decide",
        "answer an agent's question, or decide on a denied request",
        12,
    ),
    Key("tell", "m", "m", "tell", "tell the agent that what you allowed passes now"),
    Key("pause", "p", "p", "pause", "freeze the sandbox, or let it run on", 50),
    Key("stop", "s", "s", "stop", "ask the agent to end; its work is kept", 45),
    Key("kill", "K", "K", "kill", "end every process of the sandbox at once"),
    Key("shell", "S", "S", "shell", "a shell of yours in the sandbox; Ctrl+Q back"),
    Key("restart", "R", "R", "services", "start its services again that have ended"),
    Key("ports", "o", "o", "ports", "open a page that its server serves, or a port"),
    Key("policy", "P", "P", "policy", "what this task may reach, and why", 52),
    Key("audit", "A", "A", "audit", "all that happened, on one timeline", 53),
    Key("story", "l", "l", "its audit", "all that this task did"),
    Key("evidence", "i", "i", "evidence", "what its agent does, and by what we know"),
    Key("after_limit", "L", "L", "limit", "go on by itself after a limit, or do not"),
    Key("tools", "T", "T", "tools", "add what it wants to swarm.toml, and retry"),
    Key("builds", "B", "B", "builds", "images that are being built, or failed to be"),
    Key("generated", "h", "h", "folders", "hide or show generated folders"),
    Key("cut", "C", "C", "cut", "cut a task off the network, or reconnect it"),
    Key("panic", "ctrl+x", "Ctrl+X", "panic", "cut all egress, freeze all tasks"),
    Key("retry", "f", "f", "retry", "a new task with the same prompt", 60),
    Key("continue", "F", "F", "go on", "take it up again, with its conversation"),
    Key("discard", "D", "D", "discard", "discard the work; u takes it back"),
    Key("undo", "u", "u", "undo", "take the last removal, discard or decision back"),
    Key("rewind", "z", "z", "go back", "put the files back to a checkpoint", 57),
    Key(
        "remove",
        "d",
        "d",
        "remove",
        "remove worktree and all; a ref keeps the work",
        65,
    ),
    Key(
        "mark", "x", "x", "mark", "mark it: s p K C f F D d then act on all marked", 67
    ),
    Key("mark_all", "X", "X", "mark all", "mark all that are shown, or none of them"),
    Key("copy", "y", "y", "copy", "copy the branch's name"),
    Key("filter", "slash", "/", "filter", "show only tasks that contain a text", 55),
    Key("panel1", "1", "1", "tasks", "go to the task list"),
    Key("panel2", "2", "2", "preview", "go to the preview"),
    Key("panel3", "3", "3", "events", "go to the events"),
    Key(
        "previous_tab",
        "left_square_bracket",
        "[",
        "tab",
        "show the preview's previous tab",
    ),
    Key("next_tab", "right_square_bracket", "]", "tab", "show its next tab"),
    Key("zoom", "plus", "+", "zoom", "enlarge the panel that has the focus"),
    Key("unzoom", "underscore", "_", "unzoom", "back to all panels"),
    Key("back", "escape", "Esc", "back", "leave the zoom, the marks or the filter"),
    Key("quit", "q", "q", "quit", "close this view; agents keep running", 95),
    *GLOBAL,
)

REVIEW = (
    Key("merge", "M", "M", "merge", "merge what you see into the target branch", 5),
    Key("stop", "s", "s", "stop", "ask the agent to end, so that M can merge", 7),
    Key("discard", "D", "D", "discard", "discard the work; u on the tasks undoes", 10),
    Key("next_hunk", "right_square_bracket", "]", "hunk", "go to the next hunk", 20),
    Key("previous_hunk", "left_square_bracket", "[", "hunk", "go to the previous hunk"),
    Key("next_file", "J", "J", "file", "go to the next file", 25),
    Key("previous_file", "K", "K", "file", "go to the previous file"),
    Key("load", "enter", "Enter", "load", "show a large file's diff"),
    Key("landing", "L", "L", "landing", "all that a merge does or does not", 15),
    Key("stored", "b", "b", "bytes", "what your git changes of the file, and back"),
    Key("copy", "y", "y", "copy", "copy the file's path"),
    Key("include", "i", "i", "include", "take in what a tool made, or leave it out"),
    Key("again", "R", "R", "snapshot", "read the agent's files anew", 30),
    Key("panel1", "1", "1", "files", "go to the file list"),
    Key("panel2", "2", "2", "diff", "go to the diff"),
    Key("zoom", "plus", "+", "zoom", "show the diff alone"),
    Key("unzoom", "underscore", "_", "unzoom", "show the file list again"),
    Key("back", "escape,q", "Esc", "back", "back to the tasks", 95),
    *GLOBAL,
)

AUDIT = (
    Key("open", "enter", "Enter", "detail", "all that is known of the entry", 5),
    Key("filter", "slash", "/", "filter", "only what contains a text", 10),
    Key("kind", "t", "t", "kind", "all, or network, files, commands, policy, life", 15),
    Key("verdict", "v", "v", "verdict", "all, or what was refused, or flagged", 20),
    Key("span", "s", "s", "span", "all time, the last hour, the last day", 25),
    Key("one", "a", "a", "task", "this task alone, or all tasks", 30),
    Key("follow", "f", "f", "follow", "hold what is seen, or follow again", 35),
    Key("copy", "y", "y", "copy", "copy the entry"),
    Key("export", "E", "E", "export", "write what passes the filter as JSON lines", 40),
    Key("table", "X", "X", "csv", "write it as a table for a spreadsheet"),
    Key("back", "escape,q,A", "Esc", "back", "back to the tasks", 95),
    *GLOBAL,
)

POLICY = (
    Key("why", "w", "w", "why", "what would happen to an attempt at a host", 5),
    Key("revoke", "x", "x", "revoke", "take the rule under the cursor back", 10),
    Key("add", "a", "a", "allow", "let the task reach a host, until it ends", 12),
    Key("trust", "T", "T", "trust", "grant what the repository asks for", 14),
    Key("edit", "e", "e", "edit", "your own policy file, in your editor", 16),
    Key("services", "D", "D", "own", "hide what services brought, or show it", 18),
    Key("copy", "y", "y", "copy", "copy the rule's host", 20),
    Key("back", "escape,q,P", "Esc", "back", "back to the tasks", 95),
    *GLOBAL,
)

MOVE = (
    Key("up", "k,up", "k ↑", "up", "one line up"),
    Key("down", "j,down", "j ↓", "down", "one line down"),
    Key("top", "g,home", "g", "top", "to the first line"),
    Key("bottom", "G,end", "G", "bottom", "to the last line"),
    Key("page_up", "ctrl+u,pageup", "Ctrl+U", "page up", "half a page up"),
    Key("page_down", "ctrl+d,pagedown", "Ctrl+D", "page down", "half a page down"),
    Key("left", "left", "←", "left", "scroll to the left"),
    Key("right", "right", "→", "right", "scroll to the right"),
)


def bindings(table: tuple[Key, ...], command: str = "act") -> list[BindingType]:
    """Textual's bindings for a table; each calls `action_<command>(<action>)`."""
    return [
        Binding(
            key.keys, f"{command}('{key.action}')", key.label, show=False, id=key.action
        )
        for key in table
    ]
