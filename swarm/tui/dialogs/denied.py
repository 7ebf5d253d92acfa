"""The card of one denied request: what is known, and what a human may decide."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from swarm.model.text import line
from swarm.tui import history
from swarm.tui.denials import Denied, owner
from swarm.tui.dialogs.dialog import Dialog
from swarm.tui.present import ERROR, KEY, MUTED, WARNING

CHOICES = (
    ("o", "once", "allow once", "one connection to this host and port"),
    ("t", "task", "allow for task", "this exact host and port, until the task ends"),
    ("P", "project", "allow for project", "written to the project's policy file"),
    ("n", "keep", "keep denied", "and say no more about it for this task"),
    ("b", "block", "block & pause", "keep denied, and freeze the task"),
)


class DeniedCard(Dialog[str]):
    """Pinned to one row: what an agent does meanwhile changes nothing here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *[(key, f"decide('{name}')", label) for key, name, label, _ in CHOICES],
        ("right_square_bracket", "decide('next')", "next"),
        ("y", "decide('copy')", "copy"),
    ]

    def __init__(self, row: Denied, name: str, place: str, first: bool) -> None:
        super().__init__()
        self._row = row
        self._called = name
        self._place = place
        self._first = first

    def compose(self) -> ComposeResult:
        """Facts above, choices below."""
        with VerticalScroll(classes="dialog") as frame:
            frame.border_title = Content(f"⊘ Denied request {self._place}")
            frame.border_subtitle = Content("] next · y copy · Esc decides later")
            yield Static(Content("\n").join(self._facts()), markup=False)
            yield Static(Content("\n").join(self._choices()), markup=False)

    def action_decide(self, what: str) -> None:
        """Answer, once the human had time to read."""
        if self.armed and self._may(what):
            self.dismiss(what)

    def _may(self, what: str) -> bool:
        opens = what in ("once", "task", "project")
        return not (opens and self._row.locked)

    def _facts(self) -> list[Content]:
        row = self._row
        times = "once" if row.count == 1 else f"{row.count} times"
        first, last = history.clock(row.first), history.clock(row.last)
        inside = (
            f"{line(row.method, 10)} {line(row.path, 200)}"
            if row.method
            else "TLS tunnel: method, path and body are not visible"
        )
        out = [
            Content(f"{self._called} (#{row.task}) was denied {times}"),
            Content.styled(f"first {first} · last {last}", MUTED),
            Content(""),
            Content.assemble("  ", (row.name, f"bold {WARNING}")),
            Content.styled(f"  {inside}", MUTED),
            Content.styled(f"  owner domain  {line(owner(row.host), 80)}", MUTED),
            Content.styled(f"  reason        {line(row.reason, 80)}", MUTED),
        ]
        if row.origin:
            out.append(
                Content.styled(f"  by the rule   {line(row.origin, 160)}", MUTED)
            )
        out.append(Content(""))
        out += [Content.styled(f"⚑ {flag}", WARNING) for flag in self._flags()]
        if row.is_leak:
            words = "A placeholder of a secret was on its way to this host."
            out.append(Content.styled(words, ERROR))
        words = "Allowing a host lets the agent send it anything it can read here."
        return [*out, Content(words), Content("")]

    def _flags(self) -> list[str]:
        flags = []
        if self._first:
            domain = line(owner(self._row.host), 80)
            flags.append(f"first time a task here contacts {domain}")
        if "xn--" in self._row.host:
            flags.append("an international name: its letters may imitate others")
        if any(len(label) > 40 for label in self._row.host.split(".")):
            flags.append("a very long label: possibly data on its way out")
        return flags

    def _choices(self) -> list[Content]:
        out = []
        for key, name, label, words in CHOICES:
            may = self._may(name)
            why = words if may else "locked: only a rule in your own file opens this"
            style = KEY if may else MUTED
            out.append(
                Content.assemble((f"  {key}  ", style), f"{label:<20}", (why, MUTED))
            )
        return [*out, Content("")]
