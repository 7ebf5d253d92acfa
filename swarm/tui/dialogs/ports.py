"""The ports of one task: a human opens an address, adds a port, or closes one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, Static

from swarm.model import task_port
from swarm.model.task import Task
from swarm.model.task_port import TaskPort
from swarm.model.wishes import ClosePort, OpenPort
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present.formatting import KEY, MUTED, WARNING
from swarm.tui.widgets.line_view import LineView

WORDS = (
    "A page runs in your browser, with your network, and the gate does not see what it "
    "sends. Pages of other boxes and of the web cannot call it."
)


class PortsDialog(Dialog[str | OpenPort | ClosePort]):
    """Answers an address to open in the browser, or a wish."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "choose", "open in the browser"),
        ("x", "close_port", "close"),
        ("a", "add", "another port"),
        ("q,o", "cancel", "close"),
    ]

    def __init__(self, task: Task, name: str) -> None:
        """`name` is the task's, as screens show it."""
        super().__init__()
        self._of_task, self._heading = task, name

    def compose(self) -> ComposeResult:
        """The list, a line for another port, and what a page may do."""
        with DialogFrame(classes="dialog -ports") as frame:
            frame.border_title = Content(f"⇄ Ports · {self._heading}")
            frame.border_subtitle = Content("Enter opens · x closes · a adds · Esc")
            yield LineView(id="ports", cursor=True)
            with Horizontal(classes="field"):
                yield Label("new port")
                yield Input(id="port", compact=True, max_length=5)
            yield Static("", id="port-fault", markup=False)
            yield Static(Content.styled(WORDS, MUTED), markup=False)

    def on_mount(self) -> None:
        """Begin in the list, or in the line if there is nothing to list."""
        lines = self.query_one(LineView)
        lines.set_lines([self._row(port) for port in self._of_task.ports])
        lines.display = bool(self._of_task.ports)
        lines.styles.height = min(10, len(self._of_task.ports))
        if self._of_task.ports:
            lines.focus()
        else:
            self.action_add()

    def action_choose(self) -> None:
        """Open the address under the cursor."""
        port = self._chosen
        if not self.armed or port is None:
            return
        if not port.is_open:
            self.dismiss(OpenPort(self._of_task.id, port.port, raw=port.is_raw))
        elif port.is_raw:
            self._say("a raw port has no page; its address is for your own programs")
        else:
            self.dismiss(task_port.address(self._of_task.id, port))

    def action_close_port(self) -> None:
        """Close the port under the cursor."""
        if self.armed and (port := self._chosen):
            self.dismiss(ClosePort(self._of_task.id, port.port))

    def action_add(self) -> None:
        """Go to the line for another port."""
        self.query_one("#port", Input).focus()

    @on(Input.Submitted, "#port")
    def _typed(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
            self.dismiss(OpenPort(self._of_task.id, int(text)))
        else:
            self._say("a port is a number from 1 to 65535")

    @property
    def _chosen(self) -> TaskPort | None:
        row = self.query_one(LineView).cursor or 0
        ports = self._of_task.ports
        return ports[row] if row < len(ports) else None

    def _row(self, port: TaskPort) -> Content:
        if not port.is_open:
            return Content.assemble((f" {port.port:>5} ", KEY), ("not open", MUTED))
        raw = (" raw: anything may call it", WARNING) if port.is_raw else ""
        return Content.assemble(
            (f" {port.port:>5} ", KEY), task_port.address(self._of_task.id, port), raw
        )

    def _say(self, words: str) -> None:
        self.query_one("#port-fault", Static).update(Content.styled(words, WARNING))
