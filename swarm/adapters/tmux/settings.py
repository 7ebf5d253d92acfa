"""Settings of the private server: nothing an agent prints may act on the human."""

STYLE = "bg=colour88,fg=colour231,bold"
"""White on dark red: whoever is attached sees an untrusted program."""

OPTIONS: tuple[tuple[str, ...], ...] = (
    ("set-option", "-s", "set-clipboard", "off"),
    ("set-option", "-s", "exit-empty", "off"),
    ("set-option", "-s", "escape-time", "20"),
    ("set-option", "-s", "default-terminal", "screen-256color"),
    ("set-option", "-g", "set-titles", "off"),
    ("set-option", "-g", "prefix", "C-b"),
    ("set-option", "-g", "mouse", "on"),
    ("set-option", "-g", "history-limit", "20000"),
    ("set-option", "-g", "default-size", "120x36"),
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
    ("set-option", "-gw", "window-status-format", ""),
    ("set-option", "-gw", "window-status-current-format", ""),
    (
        "set-option",
        "-g",
        "status-left",
        " [UNTRUSTED] #{window_name} · an agent writes here · ctrl+q back to swarm ",
    ),
)

KEYS: tuple[tuple[str, ...], ...] = (
    ("unbind-key", "-a", "-T", "prefix"),
    ("unbind-key", "-a", "-T", "root"),
    ("bind-key", "-n", "C-q", "detach-client"),
    ("bind-key", "d", "detach-client"),
    ("bind-key", "[", "copy-mode"),
    ("bind-key", "C-b", "send-prefix"),
    ("bind-key", "-n", "WheelUpPane", "copy-mode", "-e"),
)
"""The keys that tmux takes; all others go to the agent, and none opens a shell."""


def chain() -> list[str]:
    """All settings as the words of one tmux call."""
    words: list[str] = []
    for command in (*OPTIONS, *KEYS):
        words += [";", *command]
    return words
