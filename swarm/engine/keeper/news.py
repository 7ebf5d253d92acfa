"""What the container engine, the gate and the sensor tell by themselves."""

from swarm.engine.egress import login_refresh
from swarm.engine.keeper.recovery import Recovery
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import finish, reconcile, services
from swarm.plan.naming import KIND_LABEL, SERVICE_KIND
from swarm.policy.logins import agent_of
from swarm.ports import ContainerEvent


class News:
    """Has each piece of news acted on, in a thread; a keeper that ends heeds none."""

    def __init__(
        self, parts: EngineParts, work: KeeperWork, recovery: Recovery
    ) -> None:
        self._parts = parts
        self._work = work
        self._recovery = recovery

    def listen(self) -> None:
        """Have gate and sensor tell it theirs."""
        self._parts.nets.gate.set_lost_handler(self._gate_lost)
        self._parts.sensor.set_lost_handler(self._sensor_lost)
        self._parts.nets.log.set_answer_handler(self._recovery.check_budget)
        self._parts.nets.log.set_login_handler(self._login_refused)

    def container_changed(self, task_id: int, news: ContainerEvent) -> None:
        """A container of the task's did; called by the thread that follows them."""
        if self._work.is_refusing:
            return
        is_sandbox = news.labels.get(KIND_LABEL) == "sandbox"
        if news.action == "oom" and is_sandbox:
            self._parts.meter.out_of_memory(task_id)
        elif news.action == "die" and is_sandbox:
            self._work.submit_for(task_id, "ending", finish.record_end)
        elif news.action == "die" and news.labels.get(KIND_LABEL) == SERVICE_KIND:
            self._work.submit_for(task_id, "service", _compare_services)
        elif news.action == "destroy" and is_sandbox:
            self._work.submit_for(task_id, "watch", reconcile.task)

    def _gate_lost(self, why: str) -> None:
        self._work.submit(lambda: self._recovery.bring_back_gate(why))

    def _sensor_lost(self, why: str) -> None:
        if not self._work.is_refusing:
            self._parts.sensor.on_sensor_lost(why)
            self._work.submit(self._recovery.bring_back_sensor)

    def _login_refused(self, secret: str, token: str) -> None:
        agent = agent_of(secret)
        self._work.submit(
            lambda: login_refresh.renew_refused(self._parts, agent, token)
        )


def _compare_services(parts: EngineParts, task_id: int) -> None:
    services.compare(parts.context, parts.context.read().tasks.get(task_id))
