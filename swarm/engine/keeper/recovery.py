"""Makes tasks, gate and sensor agree with the world, after something was missed."""

from swarm import __version__
from swarm.adapters.system import boot_id
from swarm.engine.egress import budget, task_network
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import observation, reconcile
from swarm.errors import NoRoom, SwarmError
from swarm.model import events
from swarm.model.task import State


class Recovery:
    """Takes up where an earlier keeper was, and where this one missed something."""

    def __init__(
        self,
        parts: EngineParts,
        pid: int,
        work: KeeperWork,
        troubles: Troubles,
        inbox: Inbox,
    ) -> None:
        self._parts = parts
        self._context = parts.context
        self._pid = pid
        self._work = work
        self._troubles = troubles
        self._inbox = inbox
        self._is_rebooted = False
        """The machine was restarted since the last keeper, and no task knows yet."""
        self._has_begun = False
        """The start is recorded, and what an earlier keeper left is taken up."""

    def begin(self) -> None:
        """Record the start; on a full disk that is done with all else, later."""
        try:
            started = events.KeeperStarted(self._pid, __version__, boot_id())
            before = self._context.read().events.newest(events.KeeperStarted)
            if before and before[1].boot and started.boot:
                self._is_rebooted |= before[1].boot != started.boot
            self._context.journal.record(None, started)
            reconcile.offline(self._context)
            self._has_begun = True
        except NoRoom:
            self._context.disks.has_missed = True

    def compare_everything(self) -> None:
        """Compare all tasks with the world, in a thread.

        Which tasks are live is read here. The container engine's news, which are read
        later, tell of what changes then.
        """
        live = reconcile.live_tasks(self._parts)
        self._work.submit(lambda: self.compare(live))

    def compare(self, live: frozenset[int]) -> None:
        """Compare them here; `live` are those that were live before."""
        if not self._has_begun:
            self.begin()
        if self._parts.sensor.is_down:
            self.bring_back_sensor()
        reconcile.online(self._parts, live, self._is_rebooted)
        self._is_rebooted = False
        for task in self._context.read().tasks.all():
            if task.state is State.LIVE:
                self.check_budget(task.id)
        self._inbox.wake()
        self.fill_net_pool()

    def make_up(self) -> None:
        """There is room again: what was missed is found by comparing everything."""
        self._context.disks.has_missed = False
        self.compare_everything()

    def check_budget(self, task_id: int) -> None:
        """Pause the task if it has used up its budget, in a thread."""
        self._work.submit_for(task_id, "budget", _check_budget)

    def bring_back_gate(self, why: str) -> None:
        """A gate that does not come back is tried again when a task needs it."""
        try:
            task_network.recover(self._parts, why)
        except SwarmError as error:
            self._context.journal.record(None, events.GateDown(error.message))
        self.fill_net_pool()

    def bring_back_sensor(self) -> None:
        """A sensor that does not come back is tried again when the engine does."""
        try:
            observation.recover(self._parts)
        except SwarmError as error:
            self._troubles.record_once("sensor", error)

    def fill_net_pool(self) -> None:
        """Make the nets that are to be ready before a task needs one; blocks."""
        try:
            self._parts.nets.fill()
        except SwarmError as error:
            self._troubles.record_once("nets", error)


def _check_budget(parts: EngineParts, task_id: int) -> None:
    budget.check(parts.context, task_id)
