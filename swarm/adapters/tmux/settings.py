"""Settings of the private server: nothing an agent prints may act on the human."""

STYLE = "bg=colour88,fg=colour231,bold"
"""White on dark red: whoever is attached sees an untrusted program."""

SIZE = "120x36"
"""Columns and rows of a window that nobody is attached to."""

_WRITER = "#{?#{m:*-shell-*,#{window_name}},your shell in the box,an agent writes here}"
_WHO = f"#{{?#{{e|<:#{{client_width}},90}},,{_WRITER} · }}"
"""Is left out where there is no room for what the keys do."""

OPTIONS: tuple[tuple[str, ...], ...] = (
    # What the human copies reaches their clipboard; a program's OSC 52 reaches nothing.
    ("set-option", "-s", "set-clipboard", "external"),
    ("set-option", "-sa", "terminal-features", ",*:clipboard"),
    # Nor does a program choose the colour of the human's cursor.
    ("set-option", "-sa", "terminal-overrides", ",*:Cs@:Cr@"),
    ("set-option", "-s", "exit-empty", "off"),
    ("set-option", "-s", "escape-time", "20"),
    ("set-option", "-s", "default-terminal", "screen-256color"),
    ("set-option", "-g", "set-titles", "off"),
    ("set-option", "-g", "prefix", "C-b"),
    ("set-option", "-g", "mouse", "on"),
    ("set-option", "-g", "history-limit", "20000"),
    ("set-option", "-g", "default-size", SIZE),
    ("set-option", "-g", "status-left-length", "100"),
    ("set-option", "-g", "status-right", ""),
    ("set-option", "-g", "status-style", STYLE),
    ("set-option", "-g", "destroy-unattached", "off"),
    ("set-option", "-g", "detach-on-destroy", "on"),
    ("set-option", "-g", "update-environment", ""),
    ("set-option", "-gw", "remain-on-exit", "on"),
    # tmux 3.2 does not know this option, so -q; a dead pane has tmux's own line there.
    ("set-option", "-gwq", "remain-on-exit-format", ""),
    ("set-option", "-gw", "allow-passthrough", "off"),
    ("set-option", "-gw", "allow-rename", "off"),
    ("set-option", "-gw", "automatic-rename", "off"),
    ("set-option", "-gw", "monitor-bell", "off"),
    ("set-option", "-gw", "window-size", "latest"),
    ("set-option", "-gw", "mode-keys", "emacs"),
    ("set-option", "-gw", "window-status-format", ""),
    ("set-option", "-gw", "window-status-current-format", ""),
    (
        "set-option",
        "-g",
        "status-left",
        f" [UNTRUSTED] #{{window_name}} · {_WHO}ctrl+q back to swarm"
        " · shift+drag copies ",
    ),
)

_COPYING = "set-option -w mode-keys emacs"
"""From here on the keys are those of tmux's own copy mode."""
_SCROLLING = "set-option -w mode-keys vi"
"""From here on any key leads back to the program: the table below stands for tmux's vi
keys, since a pane in a mode has one of these two tables and no third."""


_EXTENDED = "#{m/r:^(3[.]([5-9]|[1-9][0-9])|[4-9]|[1-9][0-9]),#{version}}"
"""True for a tmux that gives a key with modifiers to a program that asked for it, in
either encoding, and the plain key to all others. Older ones drop it for the others."""
_ASK_FOR_MODIFIERS = (
    "set-option -s extended-keys on ; set-option -sa terminal-features ',*:extkeys'"
)
_PLAIN_KEYS = " ; ".join(
    f"bind-key -n {modified} send-keys {modified.rpartition('-')[2]}"
    for modified in ("S-Enter", "C-Enter", "C-S-Enter", "S-Space", "S-BSpace", "C-Tab")
)
"""For terminals that send such a key without having been asked."""


def _unless_wanted(otherwise: str) -> str:
    """A mouse event is the program's if it asked for the mouse, or if a mode is on."""
    is_wanted = "#{||:#{pane_in_mode},#{mouse_any_flag}}"
    return f"if-shell -F '{is_wanted}' 'send-keys -M' '{otherwise}'"


_LINES = "3"
"""Lines that one notch of the wheel moves."""


def _wheel(key: str, otherwise: str) -> str:
    """Cursor keys for a full-screen program that did not ask for the mouse."""
    arrows = f"send-keys -N {_LINES} {key}"
    return _unless_wanted(f'if-shell -F "#{{alternate_on}}" "{arrows}" "{otherwise}"')


_SCROLL = f"{_SCROLLING} ; copy-mode -e ; send-keys -X -N {_LINES} scroll-up"
_SELECT = f"{_COPYING} ; copy-mode -M"

_PROMPTS = (
    *("C-r", "C-s", "f", "F", "g", "t", "T"),
    *(f"M-{digit}" for digit in range(1, 10)),
)
"""Keys of copy mode that ask on the status line, where Ctrl+Q would be a letter."""

KEYS: tuple[tuple[str, ...], ...] = (
    *(("unbind-key", "-q", "-T", "copy-mode", key) for key in _PROMPTS),
    ("unbind-key", "-a", "-T", "prefix"),
    ("unbind-key", "-a", "-T", "root"),
    ("unbind-key", "-a", "-T", "copy-mode-vi"),
    ("bind-key", "-n", "C-q", "detach-client"),
    ("bind-key", "d", "detach-client"),
    ("bind-key", "[", f"{_COPYING} ; copy-mode"),
    ("bind-key", "C-b", "send-prefix"),
    ("bind-key", "-n", "WheelUpPane", _wheel("Up", _SCROLL)),
    ("bind-key", "-n", "WheelDownPane", _wheel("Down", "")),
    ("bind-key", "-n", "MouseDrag1Pane", _unless_wanted(_SELECT)),
    ("if-shell", "-F", _EXTENDED, _ASK_FOR_MODIFIERS, _PLAIN_KEYS),
    ("bind-key", "-T", "copy-mode", "C-q", "detach-client"),
    *(
        ("bind-key", "-T", "copy-mode-vi", key, command)
        for key, command in (
            ("C-q", "detach-client"),
            ("WheelUpPane", f"send-keys -X -N {_LINES} scroll-up"),
            ("WheelDownPane", f"send-keys -X -N {_LINES} scroll-down-and-cancel"),
            ("PPage", "send-keys -X page-up"),
            ("NPage", "send-keys -X page-down-and-cancel"),
            ("MouseDown1Pane", "select-pane"),
            ("MouseUp1Pane", "select-pane"),
            ("MouseDrag1Pane", f"{_COPYING} ; send-keys -X begin-selection"),
            # Without a word of its own it sends the key that was pressed.
            ("Any", "send-keys -X cancel ; send-keys"),
        )
    ),
)
"""The keys that tmux takes; all others go to the agent, and none opens a shell."""


def chain() -> list[str]:
    """All settings as the words of one tmux call."""
    words: list[str] = []
    for command in (*OPTIONS, *KEYS):
        words += [";", *command]
    return words
