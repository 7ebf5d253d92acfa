"""Messages inside the dashboard: wishes go up, nudges and decisions come down."""

from collections.abc import Sequence

from textual.message import Message

from swarm.model.notice import Notice
from swarm.model.task import Task
from swarm.model.wishes import Wish
from swarm.store.wish_queries import WishRecord


class WishRequested(Message):
    """The human made a wish; the app alone handles it, and stores it."""

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self.wish = wish


class WishesRequested(Message):
    """The human made a wish for each of several tasks; told as one when all are done.

    `outcome` is the participle for it, as `paused`.
    """

    def __init__(self, wishes: Sequence[Wish], outcome: str) -> None:
        super().__init__()
        self.wishes = wishes
        self.outcome = outcome


class Nudge(Message, bubble=False):
    """The store grew, and screens read it anew; nudges that wait become one."""

    def can_replace(self, message: Message) -> bool:
        """Collapse with any nudge that still waits."""
        return isinstance(message, Nudge)


class WishDecided(Message, bubble=False):
    """The keeper answered a wish of this dashboard."""

    def __init__(self, wish: Wish, record: WishRecord) -> None:
        super().__init__()
        self.wish = wish
        self.record = record

    @property
    def is_done(self) -> bool:
        """True if the wish was carried out, and not refused."""
        return self.record.outcome == "done"


class NeedsAnnounced(Message):
    """Tasks begin to need their human, who does not look at them."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        super().__init__()
        self.notices = notices


class NeedSeen(Message):
    """A task begins to need its human, who has it before their eyes."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class NeedsCounted(Message):
    """The number of tasks that do not go on without a human has changed."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class Attach(Message):
    """The human wants a task's pane full screen."""

    def __init__(self, task: int) -> None:
        super().__init__()
        self.task = task


class OpenReview(Message):
    """The human wants to see a task's changes, those of the named file first."""

    def __init__(self, task: Task, path: str = "") -> None:
        super().__init__()
        self.task = task
        self.path = path


class OpenPolicy(Message):
    """The human wants to see a task's policy."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task


class OpenAddress(Message):
    """The human wants an address of ours in their own browser."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class EditPolicy(Message):
    """The human wants the editor on the user's own policy file."""


class OpenAudit(Message):
    """The human wants the timeline: of one task, or of all."""

    def __init__(self, task: Task | None) -> None:
        super().__init__()
        self.task = task


class Say(Message):
    """A sentence for the message line; `tone` is a style."""

    def __init__(self, text: str, tone: str = "") -> None:
        super().__init__()
        self.text = text
        self.tone = tone
