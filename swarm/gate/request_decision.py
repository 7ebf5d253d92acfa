"""Decides on one request, whatever its version of HTTP, and writes its end down."""

import asyncio
import hashlib
import re
import ssl
import time
from dataclasses import asdict, dataclass, field

from swarm.gate import failures, model_limits
from swarm.gate.denied import Denied
from swarm.gate.http_relay import TransferMeter
from swarm.gate.llm_usage import LlmUsage
from swarm.gate.login_answers import LoginAnswer
from swarm.gate.model_limits import ModelError
from swarm.gate.request_head import BadHead, RequestHead
from swarm.gate.task_net import TaskNet
from swarm.gate.websocket_models import ModelTurns, Turn
from swarm.policy import request_target
from swarm.policy.decide import Attempt, Verdict
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Rule

UNAUTHORIZED = 401
SWITCHED = 101
"""The status of a connection that has become a WebSocket."""
_KEY_FIELD = re.compile(
    rb"^(?:authorization|x-api-key|api-key|x-goog-api-key):[ \t]*([^\r\n]+)",
    re.IGNORECASE | re.MULTILINE,
)
"""The header in which a client sends its key, in any of the services' ways."""
_KEY_PARAMETER = re.compile(r"[?&]key=([^&]+)")


@dataclass(frozen=True, slots=True)
class Destination:
    """The host that a client speaks to: one in a tunnel, or any through a proxy."""

    host: Host | None
    port: int
    context: ssl.SSLContext | None = None
    """For TLS to the host; None if the client speaks plain HTTP."""
    denial: Reason | None = None
    """The connection itself is denied: no request on it passes, whatever it is."""

    def facts(self) -> dict[str, object]:
        """The facts of a denial that is about no request."""
        if self.host is None:
            return {"host": ""}
        return {"host": self.host.name, "port": self.port}


@dataclass
class CurrentRequest:
    """One request, with what is known of it so far."""

    host: Host
    port: int
    head: RequestHead
    verdict: Verdict | None = None
    address: str = ""
    is_asked: bool = False
    """It counts among the open requests to models."""
    is_answered: bool = False
    """A byte of the host's answer went to the client."""
    began: float = field(default_factory=time.monotonic)
    key: str = ""
    """A digest of the key that the client sent; empty if it sent none."""
    limits_before: int = 0
    """Limits that hosts had told the task when this was asked."""

    @property
    def rule(self) -> Rule | None:
        """The rule that decided."""
        return self.verdict.rule if self.verdict else None

    @property
    def model(self) -> str:
        """The shape of model traffic in which it is understood; empty for others."""
        return self.verdict.model if self.verdict else ""

    def facts(self) -> dict[str, object]:
        """The facts of every line about it."""
        rule = self.rule
        return {
            "host": self.host.name,
            "port": self.port,
            "method": self.head.method,
            "path": self.head.target[:500],
            "rule": rule.id if rule else "",
            "origin": rule.origin if rule else "",
            "address": self.address,
        }


class RequestDecision:
    """Decides on the requests of one connection, each for itself."""

    def __init__(self, net: TaskNet, destination: Destination) -> None:
        self._net = net
        self._destination = destination
        self._has_denied = False

    def read(self, head: RequestHead) -> CurrentRequest:
        """The request of this head; BadHead if it is none for this connection."""
        if self._destination.host is not None:
            return CurrentRequest(self._destination.host, self._destination.port, head)
        if head.form != "absolute" or head.host is None:
            raise BadHead("not a request to a proxy")
        return CurrentRequest(head.host, head.port or 80, head)

    def require(self, request: CurrentRequest, data: bytes) -> Attempt:
        """The attempt that a rule lets pass; Denied otherwise.

        `data` is the head as it came, in which placeholders are looked for. The
        request has its verdict afterwards.
        """
        head, is_inside = request.head, self._destination.host is not None
        if is_inside and not self.names_destination(head):
            raise Denied(Reason.HOST_DIFFERS)
        target = request_target.parse(head.target)
        attempt = Attempt(request.host, request.port, head.method, target)
        verdict = request.verdict = self._net.decide(attempt, inside=is_inside)
        if verdict.model:
            request.key = key_digest(data, head.target)
        if denial := verdict.denial or self._destination.denial:
            if denial is not Reason.CUT and self._net.leaked(data, request.host):
                # Told in red whatever else is wrong, and never quietly.
                raise Denied(Reason.SECRET_ELSEWHERE)
            rule = verdict.rule if verdict.denial else None
            raise Denied(denial, rule, detail=self._detail(denial, rule))
        if not is_inside:
            self._net.remember(Attempt(request.host, request.port), verdict.rule)
        self._net.count_request(verdict.rule)
        is_answered_here = verdict.rule is not None and bool(verdict.rule.answer)
        if not is_answered_here and self._net.leaked(data, request.host):
            raise Denied(Reason.SECRET_ELSEWHERE, verdict.rule)
        return attempt

    def _detail(self, denial: Reason, rule: Rule | None) -> str:
        """Words for the audit that the reason alone does not hold, if any."""
        if denial is not Reason.SECRET_EXPIRED:
            return ""
        secret = self._net.evaluator.expired_secret(rule, time.time())
        return f"{secret.name}, at {secret.origin}" if secret else ""

    def names_destination(self, head: RequestHead) -> bool:
        """True if the Host field names the host that the connection is to."""
        port = head.port or (443 if self._destination.context else 80)
        same_port = port == self._destination.port or not head.port
        return (
            head.form == "origin" and head.host == self._destination.host and same_port
        )

    def injected(self, request: CurrentRequest) -> tuple[bytes, bytes] | None:
        """The header with the secret, for the host that the certificate proved."""
        rule = request.rule
        if rule is None or rule.inject is None or self._destination.context is None:
            return None
        value = self._net.value(rule.inject.secret, request.host)
        if value is None:
            return None
        filled = rule.inject.template.replace("{}", value)
        return rule.inject.header.encode(), filled.encode()

    def write_denial(self, denied: Denied, request: CurrentRequest | None) -> None:
        """Write that it was refused; without a request if none could be read."""
        self._has_denied = True
        facts = request.facts() if request else self._destination.facts()
        self._net.audit.denied(denied, "request", **facts)

    def finish(self) -> None:
        """Write the denial of a denied connection on which nothing was asked."""
        if self._destination.denial and not self._has_denied:
            self.write_denial(Denied(self._destination.denial), None)

    def write_failure(self, error: BaseException, request: CurrentRequest) -> None:
        """Write that its host did not answer as it must."""
        reason = failures.describe(error)
        self._net.audit.write("fail", reason=reason, **request.facts())

    def write_asked(self, request: CurrentRequest) -> None:
        """Write that the agent waits for a model from now on, if it does."""
        request.limits_before = self._net.audit.limits
        if request.model and request.head.method == "POST":
            request.is_asked = True
            self._net.open_models += 1
            facts = {"host": request.host.name, "provider": request.model}
            self._net.audit.asked(open=self._net.open_models, **facts)

    def model_turns(self, request: CurrentRequest) -> ModelTurns:
        """Writes down each turn in the request's WebSocket as a request of its own."""

        def asked(turn: Turn) -> None:
            turn.limits_before = self._net.audit.limits
            turn.began = time.monotonic()
            self._net.open_models += 1
            facts = {"host": request.host.name, "provider": request.model}
            self._net.audit.asked(open=self._net.open_models, **facts)

        def answered(turn: Turn) -> None:
            self._net.open_models -= 1
            usage = turn.reader.done(turn.asked, is_whole=turn.is_whole)
            model = model_limits.asked_model("", turn.head)
            told = model_limits.read(
                turn.status, turn.fields, turn.reader.error, time.time()
            )
            self._write_told(request, told, turn.status, model)
            limited = self._net.audit.limits > turn.limits_before
            self._net.audit.answered(
                host=request.host.name,
                provider=request.model,
                status=turn.status,
                open=self._net.open_models,
                seconds=round(time.monotonic() - turn.began, 3),
                limited=limited or None,
                asked=model,
                **asdict(usage if turn.status < 400 else LlmUsage(usage.model)),
            )

        return ModelTurns(asked, answered)

    def write_end(
        self, request: CurrentRequest, meter: TransferMeter, error: BaseException | None
    ) -> None:
        """Write how it ended, and what was counted and masked of its answer."""
        ending = _how_it_ended(error)
        self._net.audit.write(
            "request",
            verdict="allow",
            how=ending,
            seconds=round(time.monotonic() - request.began, 3),
            **meter.facts(),
            **request.facts(),
        )
        self._write_refused_login(request, meter)
        if meter.masker and meter.masker.count:
            self._net.audit.write("echo", masked=meter.masker.count, **request.facts())
        self._write_model_answered(request, meter, ending)

    def _write_refused_login(
        self, request: CurrentRequest, meter: TransferMeter
    ) -> None:
        """Tell the keeper, once for each token, that a host takes it no more."""
        rule = request.rule
        if meter.status != UNAUTHORIZED or rule is None or rule.inject is None:
            return
        token = self._net.refused_login(rule.inject.secret, request.host)
        if token:
            self._net.audit.login_refused(
                secret=rule.inject.secret, token=token, host=request.host.name
            )

    async def own_answer(self, request: CurrentRequest) -> LoginAnswer:
        """The gate's own answer, when it is ready; Denied if the login is gone."""
        rule = request.rule
        answer = await self._net.logins.ready(rule.answer) if rule else None
        if answer is None:
            raise Denied(Reason.NOT_IN_ALLOWLIST, rule)
        return answer

    def _write_model_answered(
        self, request: CurrentRequest, meter: TransferMeter, ending: str
    ) -> None:
        if request.is_asked:
            self._net.open_models -= 1
        is_socket = meter.turns is not None and meter.status == SWITCHED
        if meter.reader and not is_socket:
            # An error costs nothing and tells no tokens; nothing is asked without POST.
            is_answer = meter.status < 300 and request.head.method == "POST"
            usage = meter.reader.done(
                meter.up if is_answer else 0, is_whole=ending == "done"
            )
            self._write_limit(request, meter)
            limited = self._net.audit.limits > request.limits_before
            asked = model_limits.asked_model(request.head.target, meter.asked_head)
            self._net.audit.answered(
                host=request.host.name,
                provider=request.model,
                status=meter.status or None,
                open=self._net.open_models,
                seconds=round(time.monotonic() - request.began, 3),
                limited=limited or None,
                asked=asked,
                **asdict(usage if is_answer else LlmUsage(usage.model)),
            )

    def _write_limit(self, request: CurrentRequest, meter: TransferMeter) -> None:
        """Tell the keeper of a limit, or of a refusal: neither is ever shed."""
        if not model_limits.asks_model(request.head.method, request.head.target):
            return
        told = model_limits.read(
            meter.status,
            meter.answer_fields,
            meter.reader.error if meter.reader else None,
            time.time(),
        )
        model = model_limits.asked_model(request.head.target, meter.asked_head)
        self._write_told(request, told, meter.status, model)

    def _write_told(
        self, request: CurrentRequest, told: ModelError | None, status: int, model: str
    ) -> None:
        if told is None:
            return
        facts = {
            "host": request.host.name,
            "status": status,
            "text": told.text,
            "key": self._secret_name(request) or request.key,
            "model": model,
        }
        if told.is_limit:
            self._net.audit.limited(kind=told.kind, until=told.until, **facts)
        else:
            self._net.audit.refused(why=told.kind, **facts)

    def _secret_name(self, request: CurrentRequest) -> str:
        """The name of the secret that the gate puts into the request, if it does."""
        rule, context = request.rule, self._destination.context
        return rule.inject.secret if rule and rule.inject and context else ""


def key_digest(head: bytes, target: str) -> str:
    """Twelve hex digits for the key that a request bears: equal for equal keys."""
    match = _KEY_FIELD.search(head)
    value = match[1].strip() if match else b""
    if not value and (parameter := _KEY_PARAMETER.search(target)):
        value = parameter[1].encode("latin-1", "replace")
    return hashlib.sha256(b"swarm key\0" + value).hexdigest()[:12] if value else ""


def _how_it_ended(error: BaseException | None) -> str:
    if error is None:
        return "done"
    if isinstance(error, Denied):
        return "refused"
    return "cut" if isinstance(error, asyncio.CancelledError) else "broken"
