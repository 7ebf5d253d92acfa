"""The one process that acts: carries out wishes, starts what may start, and watches."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from swarm import __version__
from swarm.adapters.git.safe_fs import temporary
from swarm.adapters.system import boot_id
from swarm.engine import dispatch
from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.egress import (
    budget,
    login_refresh,
    policy_resolver,
    task_network,
    user_network,
)
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.home_watch import HomeWatch
from swarm.engine.host import disk_room
from swarm.engine.image_runs import LeftToTheNextKeeper
from swarm.engine.notices import NeedsLook
from swarm.engine.parts import EngineParts
from swarm.engine.review import checkpoints
from swarm.engine.room_watch import RoomWatch
from swarm.engine.settled_change import SettledChange
from swarm.engine.tasks import (
    after_limit,
    base_clearing,
    cleanup,
    continuation,
    conversation_watch,
    finish,
    follow_ups,
    interruption,
    launch,
    limit_watch,
    observation,
    ports,
    reconcile,
    relaunch,
    removal,
    screen_watch,
    service_restarts,
    services,
    shared_login,
    state_watch,
)
from swarm.engine.tasks.scheduler import never_startable, startable
from swarm.engine.tasks.screen_watch import ScreenWatch
from swarm.engine.tasks.stream_watch import StreamWatch
from swarm.engine.workers import Workers
from swarm.errors import NoRoom, SwarmError
from swarm.model import events
from swarm.model.failure import failure_of
from swarm.model.task import State, Task
from swarm.plan.naming import KIND_LABEL, SERVICE_KIND
from swarm.policy.logins import agent_of
from swarm.ports import ContainerEvent
from swarm.store.wish_queries import WishRecord

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 0.03
"""How soon a wish is noticed; asking the file costs microseconds."""

CHECK_SECONDS = 0.5
"""Between two looks at the policy files' times, and at whose checkpoint is due."""

LOGIN_SECONDS = 5.0
"""Between two looks at which login is to be renewed: a few small files."""

AGING_SECONDS = 3600.0
"""Between two looks at ended tasks that are old; the first is at the start."""

RETRY_SECONDS = 0.5
"""The pause before a store that failed is asked again."""

MISSED_SECONDS = 10.0
"""Between two attempts at what could not be done, if no disk is known to be full."""

ROOM_SECONDS = 1.0
"""Between two looks at the room on disks, and at what could not be recorded."""

WORKERS = 32
"""Verbs at work at once; most of that time is spent waiting for a tool."""


BUILDERS = 16
"""Wishes that may build images at once, each for minutes: all else has `WORKERS`."""


class Keeper:
    """Carries out wishes until `stop` is called; one per home, held by its lock."""

    def __init__(self, parts: EngineParts, pid: int) -> None:
        self._parts = parts
        self._context = context = parts.context
        self._pid = pid
        self._stopped = threading.Event()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._workers, self._builders = (
            Workers(WORKERS, thread_name_prefix="verb"),
            Workers(BUILDERS, thread_name_prefix="build"),
        )
        self._event_watcher = ContainerEventWatcher(
            context, self._on_container_event, self._on_engine_up
        )
        self._open_wishes, self._launching = set[int](), set[int]()
        self._limit = context.read().tasks.max_running()
        self._policy_files, self._network = SettledChange(), SettledChange()
        self._network_stamp = user_network.NetworkStamp()
        self._defaults: Future[object] | None = None
        """Done once the package tools have been asked for their defaults."""
        self._next_check = self._next_aging = self._next_room = 0.0
        self._next_missed = self._next_logins = self._next_screens = 0.0
        self._continuing, self._renewing = set[int](), set[str]()
        """`_renewing` are agents whose login is being renewed; empty: shared ones."""
        self._room = RoomWatch(context, parts.sensor.follower.hold, self._on_room)
        self._home = HomeWatch(context, self._home_gone, self._on_room)
        self._screens, self._streams = ScreenWatch(context), StreamWatch(context)
        self._after_limits, self._needs = (
            after_limit.AfterLimits(context, parts.channels),
            NeedsLook(context, self._trouble_once),
        )
        self._states = state_watch.StateWatch(
            context, parts.meter.newest, lambda: parts.sensor.sees_commands
        )
        self._conversations = conversation_watch.ConversationWatch(context)
        self._room_look = self._screen_look = _none()
        self._waits = removal.Waits(context.clock)
        self._services = service_restarts.ServiceRestarts(parts, self._workers.submit)
        self._last_error = self.lost_home = ""
        """`lost_home` is a sentence, once the home was removed, moved or replaced."""
        self._undecided: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        """Answers to wishes that could not be recorded for want of room."""
        self._has_missed = False
        """Something else could not be; all tasks are compared with the world then."""
        self._changes, self._next_due = -1, math.inf
        """The journal's changes that were looked at; when the next wish is due."""
        self._rebooted = False
        """The machine was restarted since the last keeper, and no task knows yet."""
        self._has_begun = False
        """The start is recorded, and what an earlier keeper left is taken up."""
        self._checkpoint_schedule = checkpoints.CheckpointSchedule()
        self._checkpoint_lock = threading.Lock()

    def stop(self) -> None:
        """End the loop soon; sandboxes go on. Safe in a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Take up where an earlier keeper was, then serve; blocks until `stop`."""
        self._record_start()
        self._context.open_runs()
        with suppress(SwarmError):  # `swarm gc` tells of what stays
            base_clearing.remove_half_made(self._context)
        self._parts.nets.gate.set_lost_handler(self._gate_lost)
        self._parts.sensor.set_lost_handler(self._sensor_lost)
        self._parts.nets.log.set_answer_handler(self._check_budget)
        self._parts.nets.log.set_login_handler(self._login_refused)
        self._event_watcher.start()
        self._states.start()
        self._defaults = self._workers.submit(user_network.current)
        read, seen = self._context.read(), -1
        try:
            while not self._stopped.is_set():
                try:
                    worked = self._run_inbox()
                    self._check_files_and_checkpoints()
                    version = read.version()
                    is_due = time.monotonic() >= self._next_due
                    # A change is counted after it can be read, so not always at once.
                    is_new = self._context.journal.changes != self._changes
                    if worked or is_due or is_new or version != seen:
                        seen = version
                        self._serve(worked or is_due)
                except (SwarmError, OSError) as error:
                    seen = self._outlast(error)
        finally:
            is_engine_up = self._event_watcher.up
            self._context.close_runs()
            self._event_watcher.close()
            self._states.close()
            self._parts.channels.close()
            self._parts.ports.shut()
            self._parts.meter.close()
            self._await_workers()
            if self.lost_home:
                # A launch that was under way has started its sandbox since.
                self.lost_home = self._home.leave()
            self._parts.nets.close()
            self._parts.sensor.close(not is_engine_up or self._has_sandboxes())

    def _await_workers(self) -> None:
        for pool in (self._builders, self._workers):
            pool.shutdown(wait=True, cancel_futures=True)

    def _has_sandboxes(self) -> bool:
        """True if a sandbox may run; also if the store does not tell."""
        try:
            tasks = self._context.read().tasks.all()
        except SwarmError:
            return True
        return any(task.state in (State.PROVISIONING, State.LIVE) for task in tasks)

    def _outlast(self, error: SwarmError | OSError) -> int:
        """A store or disk that does not answer for a while ends no keeper.

        Returns a version that the store does not have: all of it is read anew.
        """
        if str(error) != self._last_error:
            self._last_error = str(error)
            _LOG.warning("the store: %s", error)
        self._has_missed = True
        self._changes = -1
        self._stopped.wait(RETRY_SECONDS)
        return -1

    def _record_start(self) -> None:
        """A start on a full disk is none the less one; all of it is done later."""
        try:
            started = events.KeeperStarted(self._pid, __version__, boot_id())
            before = self._context.read().events.newest(events.KeeperStarted)
            if before and before[1].boot and started.boot:
                self._rebooted |= before[1].boot != started.boot
            self._context.journal.record(None, started)
            reconcile.offline(self._context)
            self._has_begun = True
        except NoRoom:
            self._has_missed = True

    def _run_inbox(self) -> bool:
        """Run what other threads left for this one; waits a moment for the first."""
        try:
            first = self._inbox.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return False
        first()
        while not self._inbox.empty():
            self._inbox.get()()
        return True

    def _serve(self, is_asked: bool) -> None:
        """Take up wishes; look at all tasks too, if it is asked or one has changed.

        What agents are doing changes many times a second, and starts no task.
        """
        changes = self._context.journal.changes
        if has_changed := is_asked or changes != self._changes:
            self._next_due = math.inf
        wishes = self._context.read().wishes.open()
        self._waits.keep(wishes)
        for wish in wishes:
            if wish.id in self._open_wishes:
                continue
            now = time.monotonic()
            wait = self._waits.seconds_left(wish, now)
            if wait:
                self._next_due = min(self._next_due, now + wait)
            else:
                self._open_wishes.add(wish.id)
                self._take_up(wish)
        if has_changed:
            self._start_queued()
            self._changes = changes

    def _take_up(self, wish: WishRecord) -> None:
        """Nothing that takes minutes may hold up what ends it."""
        if dispatch.ends_a_build(wish):
            self._carry_out(wish)
        elif dispatch.may_build(wish):
            self._builders.submit(self._carry_out, wish)
        else:
            self._workers.submit(self._carry_out, wish)

    def _start_queued(self) -> None:
        tasks = self._context.read().tasks.all()
        for task, other in never_startable(tasks):
            reason = f"task {other.id}, which it waits for, is {other.state}"
            self._context.journal.record(task.id, events.TaskFailed("queue", reason))
        if not self._event_watcher.up:
            return
        self._follow_usage(tasks)
        try:
            limit = self._context.config().max_running
        except SwarmError as error:
            self._trouble_once("config", error)
            return
        if limit != self._limit:
            self._limit = limit
            self._context.journal.record(None, events.QueueLimit(limit))
        for task in startable(tasks, limit, partial(self._is_held, tasks)):
            if task.id not in self._launching:
                self._launching.add(task.id)
                self._workers.submit(self._launch, task.id)
        self._continue_interrupted(tasks)
        wait = self._services.look(tasks, self._context.clock())
        self._next_due = min(self._next_due, time.monotonic() + wait)

    def _is_held(self, tasks: list[Task], task: Task) -> bool:
        """True if it waits for a limit; then it is looked at again in a moment."""
        if not after_limit.holds(self._context, task, tasks):
            return False
        again = time.monotonic() + limit_watch.SECONDS
        self._next_due = min(self._next_due, again)
        return True

    def _move_after_limit(self, chosen: limit_watch.Move) -> None:
        try:
            self._guarded(chosen.task, "limit", partial(after_limit.move, chosen))
        finally:
            self._inbox.put(lambda: self._after_limits.done(chosen))

    def _continue_interrupted(self, tasks: list[Task]) -> None:
        """A few at a time; the next once these are there."""
        now = self._context.clock()
        for task in interruption.due(self._context, tasks, now):
            if task.id not in self._continuing:
                self._continuing.add(task.id)
                self._workers.submit(self._continue, task.id)
        if any(task.interrupted for task in tasks):
            again = time.monotonic() + interruption.OPENING_SECONDS
            self._next_due = min(self._next_due, again)

    def _continue(self, task_id: int) -> None:
        try:
            self._guarded(task_id, "continue", _continue_interrupted)
        finally:
            self._inbox.put(lambda: self._continuing.discard(task_id))

    def _follow_usage(self, tasks: list[Task]) -> None:
        live = [task for task in tasks if task.state is State.LIVE]
        names = {task.id: self._context.names(task.id).sandbox for task in live}
        self._parts.meter.follow(names)
        self._parts.channels.follow(live)
        self._parts.ports.follow(live)
        for task_id in self._parts.ports.wanted(live):
            self._workers.submit(self._guarded, task_id, "ports", ports.open_wanted)

    def _launch(self, task_id: int) -> None:
        try:
            self._guarded(task_id, "launch", _launch)
        finally:
            self._inbox.put(lambda: self._launched(task_id))

    def _launched(self, task_id: int) -> None:
        """Nets for later are made once nobody waits for the engine."""
        self._launching.discard(task_id)
        if not self._launching:
            self._workers.submit(self._fill_net_pool)

    def _carry_out(self, wish: WishRecord) -> None:
        try:
            result = dispatch.carry_out(self._parts, wish)
        except LeftToTheNextKeeper:
            return
        except SwarmError as error:
            refusal = disk_room.explained(error, self._context.paths.home)
            self._refuse(wish, refusal)
        except Exception as error:  # noqa: BLE001 - a wish is always answered
            surprise = self._unexpected(f"{wish.verb} failed unexpectedly", error)
            refusal = disk_room.explained(error, self._context.paths.home, surprise)
            self._refuse(wish, refusal)
        else:
            answer = partial(self._context.journal.answer, wish.id, result=result)
            self._decide(wish.id, answer)

    def _refuse(self, wish: WishRecord, refusal: SwarmError) -> None:
        """What a full disk cut short, such as a stop, goes on when there is room."""
        if isinstance(refusal, NoRoom):
            self._has_missed = True
        self._decide(wish.id, partial(self._context.journal.refuse, wish.id, refusal))

    def _decide(self, wish_id: int, decide: Callable[[], None]) -> None:
        """Record the answer to a wish; if there is no room for it, as soon as there is.

        The wish counts as being carried out until then: nothing is done twice.
        """
        try:
            decide()
        except SwarmError:
            self._undecided.put(partial(self._decide, wish_id, decide))
        else:
            self._inbox.put(lambda: self._open_wishes.discard(wish_id))

    def _unexpected(self, what: str, error: Exception) -> SwarmError:
        """Log the traceback under an id, and name both."""
        failure = failure_of(error)
        _LOG.error("%s: %s\n%s", failure.id, what, failure.text)
        return SwarmError(
            f"{what}: {failure.name} ({failure.id})",
            hint=f"please report it; {self._context.paths.log} has its traceback",
        )

    def _on_container_event(self, task_id: int, news: ContainerEvent) -> None:
        if self._stopped.is_set():
            return  # the workers take no more; the next keeper compares everything
        is_sandbox = news.labels.get(KIND_LABEL) == "sandbox"
        if news.action == "oom" and is_sandbox:
            self._parts.meter.out_of_memory(task_id)
        elif news.action == "die" and is_sandbox:
            self._workers.submit(self._guarded, task_id, "ending", finish.record_end)
        elif news.action == "die" and news.labels.get(KIND_LABEL) == SERVICE_KIND:
            self._workers.submit(self._guarded, task_id, "service", _compare_services)
        elif news.action == "destroy" and is_sandbox:
            self._workers.submit(self._guarded, task_id, "watch", reconcile.task)

    def _on_engine_up(self) -> None:
        """Called before the engine's first news are read."""
        self._compare_everything()

    def _compare_everything(self) -> None:
        live = reconcile.live_tasks(self._parts)
        self._workers.submit(self._reconcile, live)

    def _reconcile(self, live: frozenset[int]) -> None:
        if not self._has_begun:
            self._record_start()
        if self._parts.sensor.is_down:
            self._recover_sensor()
        reconcile.online(self._parts, live, self._rebooted)
        self._rebooted = False
        for task in self._context.read().tasks.all():
            if task.state is State.LIVE:
                self._check_budget(task.id)
        self._inbox.put(self._start_queued)
        self._fill_net_pool()

    def _check_budget(self, task_id: int) -> None:
        if not self._stopped.is_set():
            self._workers.submit(self._guarded, task_id, "budget", _check_budget)

    def _gate_lost(self, why: str) -> None:
        if not self._stopped.is_set():
            self._workers.submit(self._recover_gate, why)

    def _recover_gate(self, why: str) -> None:
        """A gate that does not come back is tried again when a task needs it."""
        try:
            task_network.recover(self._parts, why)
        except SwarmError as error:
            self._context.journal.record(None, events.GateDown(error.message))
        self._fill_net_pool()

    def _sensor_lost(self, why: str) -> None:
        if not self._stopped.is_set():
            self._parts.sensor.on_sensor_lost(why)
            self._workers.submit(self._recover_sensor)

    def _recover_sensor(self) -> None:
        """A sensor that does not come back is tried again when the engine does."""
        try:
            observation.recover(self._parts)
        except SwarmError as error:
            self._trouble_once("sensor", error)

    def _fill_net_pool(self) -> None:
        try:
            self._parts.nets.fill()
        except SwarmError as error:
            self._trouble_once("nets", error)

    def _check_files_and_checkpoints(self) -> None:
        """What no event tells of, where the last time was long enough ago."""
        now = time.monotonic()
        if now >= self._next_room:
            self._next_room = now + ROOM_SECONDS
            if self._room_look is None or self._room_look.done():
                self._room_look = self._workers.submit(self._look_at_disks)
        if now >= self._next_screens:
            self._next_screens = now + screen_watch.SECONDS
            if self._screen_look is None or self._screen_look.done():
                self._screen_look = self._workers.submit(self._look_at_screens)
        if self._needs.is_due(now):
            self._workers.submit(self._needs.look)
        if now >= self._next_check and self._event_watcher.up:
            self._next_check = now + CHECK_SECONDS
            self._check_policy_files()
            self._start_due_checkpoints()
        if self._event_watcher.up:
            for chosen in self._after_limits.due(now):
                self._workers.submit(self._move_after_limit, chosen)
        if now >= self._next_logins and self._event_watcher.up:
            self._next_logins = now + LOGIN_SECONDS
            self._renew_due_logins()
        if now >= self._next_aging and self._event_watcher.up:
            self._next_aging = now + AGING_SECONDS
            self._workers.submit(self._give_up_old)

    def _renew_due_logins(self) -> None:
        if "" not in self._renewing:
            self._renewing.add("")
            self._workers.submit(self._look_at_shared_logins)
        with suppress(SwarmError):
            for agent in login_refresh.due(self._parts):
                if agent not in self._renewing:
                    self._renewing.add(agent)
                    self._workers.submit(self._renew_login, agent)

    def _look_at_shared_logins(self) -> None:
        """One look at a time: an engine that hangs holds one worker, not all."""
        try:
            shared_login.look(self._parts)
        finally:
            self._inbox.put(lambda: self._renewing.discard(""))

    def _renew_login(self, agent: str) -> None:
        """The new token reaches the gate as a changed file does."""
        try:
            login_refresh.renew_quietly(self._parts, agent)
        finally:
            self._inbox.put(lambda: self._renewing.discard(agent))

    def _login_refused(self, secret: str, token: str) -> None:
        if not self._stopped.is_set():
            refused = partial(login_refresh.renew_refused, self._parts)
            self._workers.submit(refused, agent_of(secret), token)

    def _look_at_screens(self) -> None:
        """One at a time: a tmux that hangs holds one worker, not all."""
        try:
            tasks = self._context.read().tasks.all()
            self._screens.look(tasks)
            for task in tasks:
                if task.follow_ups:
                    self._guarded(task.id, "send", _give_follow_ups)
            self._streams.look(tasks)
            if self._event_watcher.up:
                self._conversations.look(tasks, self._context.clock())
        except SwarmError as error:
            self._trouble_once("screens", error)

    def _look_at_disks(self) -> None:
        """One at a time: a disk that hangs holds one worker, not all."""
        try:
            if self._home.look():
                self._look_at_room()
        except SwarmError as error:
            _LOG.warning("the home: %s", error)

    def _look_at_room(self) -> None:
        for _ in range(self._undecided.qsize()):
            self._undecided.get()()
        try:
            self._room.look()
        except SwarmError as error:
            _LOG.warning("the room on disks: %s", error)
        has_missed = self._has_missed or self._context.disks.has_missed
        if has_missed and self._event_watcher.up and not self._room.is_full:
            now = time.monotonic()
            if now >= self._next_missed:
                self._next_missed = now + MISSED_SECONDS
                self._on_room()

    def _home_gone(self, words: str) -> None:
        """Nothing can be recorded any more: the keeper ends, and leaves all frozen."""
        self.lost_home = words
        self._stopped.set()

    def _on_room(self) -> None:
        """What was missed meanwhile is found by comparing everything."""
        self._has_missed = self._context.disks.has_missed = False
        self._compare_everything()

    def _give_up_old(self) -> None:
        temporary.remove_abandoned()
        try:
            cleanup.give_up_old(self._parts)
            base_clearing.drop_old(self._context)
        except SwarmError as error:
            self._trouble_once("aging", error)

    def _start_due_checkpoints(self) -> None:
        """One worktree is read at a time, so that a round is not a storm."""
        live = [t.id for t in self._context.read().tasks.all() if t.state is State.LIVE]
        with suppress(SwarmError):
            due = self._checkpoint_schedule.due(
                live, time.monotonic(), self._context.config
            )
            if due:
                self._workers.submit(self._take_due_checkpoints, due)

    def _take_due_checkpoints(self, due: list[int]) -> None:
        with self._checkpoint_lock:
            for task_id in due:
                self._guarded(task_id, "checkpoint", _take_checkpoint)

    def _check_policy_files(self) -> None:
        """An edit of a policy file counts at once, also for those at work.

        So does one of the user's package tools' settings, within seconds. The tools'
        defaults, which come a while after the start, are no edit.
        """
        files = policy_resolver.files_stamp(self._context.paths)
        has_changed = self._policy_files.is_new(files)
        if self._defaults and self._defaults.done():
            network = self._network_stamp.at(time.monotonic())
            has_changed |= self._network.is_new(network)
        if has_changed:
            self._workers.submit(self._renew_policies)

    def _renew_policies(self) -> None:
        repositories = RepositoryPolicies(self._context.paths)
        renew = partial(task_network.renew_edited, repositories=repositories)
        for task in self._context.read().tasks.all():
            if task.net.name and task.state is State.LIVE:
                self._guarded(task.id, "policy", renew)

    def _guarded(
        self, task_id: int, where: str, operation: Callable[[EngineParts, int], None]
    ) -> None:
        try:
            with self._context.locks.of(task_id):
                operation(self._parts, task_id)
        except Exception as error:  # noqa: BLE001 - recorded, and the keeper goes on
            told = disk_room.explained(error, self._context.paths.home)
            if isinstance(told, NoRoom):
                self._has_missed = True
                self._trouble_once(f"{where} {task_id}", told)
            else:
                if not isinstance(error, SwarmError):
                    told = self._unexpected(f"{where} failed unexpectedly", error)
                trouble = events.Trouble(f"{where} {task_id}", told.message)
                self._record_trouble(trouble)
        self._inbox.put(lambda: None)  # wakes the loop: a task may start now

    def _record_trouble(self, trouble: events.Trouble) -> None:
        """If there is no room for that either, the keeper's log has it."""
        try:
            self._context.journal.record(None, trouble)
        except SwarmError:
            _LOG.warning("%s: %s", trouble.where, trouble.reason)
            self._has_missed = True

    def _trouble_once(self, where: str, error: SwarmError) -> None:
        trouble = events.Trouble(where, error.message)
        newest = self._context.read().events.after(
            self._context.read().events.last_id() - 1
        )
        if not newest or newest[-1].event != trouble:
            self._record_trouble(trouble)


def _none() -> Future[object] | None:
    """Nothing yet; its type says what there will be."""
    return None


def _launch(parts: EngineParts, task_id: int) -> None:
    """Begin, continue, or go on after a set-up, as the task's state says."""
    task = parts.context.read().tasks.get(task_id)
    if task.resumes:
        relaunch.relaunch(parts, task_id)
    elif task.setup:
        relaunch.go_on_after_setup(parts, task_id)
    else:
        launch.launch(parts, task_id)


def _continue_interrupted(parts: EngineParts, task_id: int) -> None:
    continuation.continue_interrupted(parts.context, task_id)


def _give_follow_ups(parts: EngineParts, task_id: int) -> None:
    follow_ups.look(parts.context, parts.channels, task_id)


def _compare_services(parts: EngineParts, task_id: int) -> None:
    services.compare(parts.context, parts.context.read().tasks.get(task_id))


def _check_budget(parts: EngineParts, task_id: int) -> None:
    budget.check(parts.context, task_id)


def _take_checkpoint(parts: EngineParts, task_id: int) -> None:
    checkpoints.each_round(parts.context, task_id)
