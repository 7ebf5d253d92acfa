"""Looks at what live agents show and write, and gives them what waits for that."""

from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import follow_ups
from swarm.engine.tasks.conversation_watch import ConversationWatch
from swarm.engine.tasks.screen_watch import ScreenWatch
from swarm.engine.tasks.stream_watch import StreamWatch
from swarm.errors import SwarmError


class AgentLooks:
    """One look after the other, each in a thread: tmux may hang."""

    def __init__(
        self,
        parts: EngineParts,
        engine: ContainerEventWatcher,
        work: KeeperWork,
        troubles: Troubles,
    ) -> None:
        self._context = parts.context
        self._engine = engine
        self._work = work
        self._troubles = troubles
        self._screens = ScreenWatch(parts.context)
        self._streams = StreamWatch(parts.context)
        self._conversations = ConversationWatch(parts.context)

    def look(self) -> None:
        """Look at all of them once; what fails is recorded."""
        try:
            tasks = self._context.read().tasks.all()
            self._screens.look(tasks)
            for task in tasks:
                if task.follow_ups:
                    self._work.do_for(task.id, "send", _give_follow_ups)
            self._streams.look(tasks)
            if self._engine.up:
                self._conversations.look(tasks, self._context.clock())
        except SwarmError as error:
            self._troubles.record_once("screens", error)


def _give_follow_ups(parts: EngineParts, task_id: int) -> None:
    follow_ups.look(parts.context, parts.channels, task_id)
