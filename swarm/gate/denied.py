"""The exception that ends a connection or a request that the gate does not let pass."""

from typing import Any

from swarm.policy import explain
from swarm.policy.decide import Attempt
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Rule


class Denied(Exception):
    """Holds the reason for the client's answer and the facts for the audit's line."""

    def __init__(
        self,
        reason: Reason,
        rule: Rule | None = None,
        *,
        detail: str = "",
        address: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule
        self.detail = detail
        self.address = address
        """The address that the name led to, if that is the reason."""

    def way_out(self, host: Host, port: int) -> str:
        """What the user does to open it; often empty."""
        return explain.way_out(self.reason, Attempt(host, port), self.address)

    def facts(self) -> dict[str, Any]:
        """The facts of the audit's line that come from the denial itself."""
        rule, reason = self.rule, self.reason
        facts: dict[str, Any] = {
            "reason": f"{reason}: {self.detail}" if self.detail else reason.value,
            "locked": reason.is_locked or None,
        }
        if rule:
            facts |= {"rule": rule.id, "origin": rule.origin}
            facts["quiet"] = (rule.kind == "deny" and rule.quiet) or None
        if self.address:
            facts["address"] = self.address
        return facts
