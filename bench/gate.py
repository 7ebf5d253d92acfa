"""What the gate costs, beside no gate at all and beside other proxies, in one run."""

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence

from bench.beside.place import PEERS, Place, place, resident, slug
from bench.gate_tasks import take_many
from bench.table import Row
from swarm.engine.gate.net_pool import GateConfig
from swarm.policy import hosts
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.rules import Policy, Rule

ROUNDS = 5
MITM = "mitmproxy, intercepting"
PEERS_REQUESTS = 1000
"""Of so many, too, 1,000 are told: the slowest peer takes ten seconds for them."""
COUNTS = {"new": 60, "stream": 20, "bulk": 2, "requests": 4000}
NAMES = {
    "new": "new connection p50",
    "stream": "SSE first byte p50",
    "bulk": "bulk, 100 MiB",
    "requests": "1,000 requests, c16",
}
OWN = "127.0.0.1:3128"
DIRECT, EXPLICIT, PLAIN, READ = (
    "direct",
    "swarm, explicit",
    "swarm, transparent",
    "swarm, intercepting",
)
LIMITS = {
    (EXPLICIT, "new"): 1.5,
    (PLAIN, "new"): 1.45,
    (READ, "new"): 2.7,
    (EXPLICIT, "bulk"): 1 / 0.75,
    (PLAIN, "bulk"): 1 / 0.75,
    (EXPLICIT, "requests"): 1 / 0.65,
    (PLAIN, "requests"): 1 / 0.65,
    (EXPLICIT, "stream"): 1.6,
    (PLAIN, "stream"): 1.7,
    (READ, "stream"): 4.7,
}
HELD, MANY, RULES = 50, 200, 10_000

Times = dict[tuple[str, str], float]


def rows() -> list[Row]:
    """Times as ratios to direct; lower is better, everywhere."""
    with place(*PEERS) as at:
        memory = _memory(at)
        times = _times(at)
        found = [_row(times, path, what) for path in _paths() for what in COUNTS]
        after = resident(at.parts.nets.gate.names.gate)
        found += [*memory, Row("swarm: memory, after all of that", after, 0, 0, "MB")]
        found += _waits(at)
        found += _many(at)
    return [*found, _decision()]


def requests_rows() -> list[Row]:
    """Many small requests, intercepted, beside mitmproxy in the same run."""
    with place(MITM) as at:
        times = _times(at, [READ, MITM], ["requests"])
    ours, theirs = times[READ, "requests"], times[MITM, "requests"]
    return [
        Row(f"{READ}: {NAMES['requests']} / mitmproxy's", ours, theirs, 0.18, "ms"),
        _row(times, READ, "requests"),
    ]


def stream_rows() -> list[Row]:
    """The first byte of a stream of events, by each path of ours."""
    paths = [EXPLICIT, PLAIN, READ]
    with place() as at:
        times = _times(at, paths, ["stream"])
    return [_row(times, path, "stream") for path in paths]


def _paths() -> list[str]:
    return [EXPLICIT, PLAIN, READ, *PEERS]


def _row(times: Times, path: str, what: str) -> Row:
    ours, floor = times[path, what], times[DIRECT, what]
    limit = LIMITS.get((path, what), 0.0)
    return Row(f"{path}: {NAMES[what]} / direct", ours, floor, limit, "ms")


def _times(
    at: Place, paths: Sequence[str] = (), whats: Sequence[str] = tuple(COUNTS)
) -> Times:
    """Medians over rounds in which each path, all if none is named, has its turn."""
    seen: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for what in whats:
            for path in (DIRECT, *(paths or _paths())):
                box, proxy = _how(at, path)
                if path in (EXPLICIT, READ):
                    at.hold(inspect=path == READ)
                if path == PLAIN:
                    at.hold(inspect=False)
                seen[path, what].append(
                    at.measure(box, what, proxy, _count(path, what))
                )
    return {key: statistics.median(values) for key, values in seen.items()}


def _count(path: str, what: str) -> int:
    return PEERS_REQUESTS if what == "requests" and path in PEERS else COUNTS[what]


def _how(at: Place, path: str) -> tuple[str, str]:
    """In which container the client runs, and through which proxy."""
    match path:
        case "direct":
            return "direct", "-"
        case "swarm, transparent":
            return "ours", "-"
        case _ if path in PEERS:
            return "direct", f"{at.box(slug(path))}:{PEERS[path][1]}"
        case _:
            return "ours", OWN


def _memory(at: Place) -> list[Row]:
    found = []
    for path in (EXPLICIT, *PEERS):
        box, proxy = _how(at, path)
        gate = path == EXPLICIT
        name = at.parts.nets.gate.names.gate if gate else at.box(slug(path))
        if gate:
            at.hold(inspect=False)
        with at.holding(box, proxy, HELD):
            limit = 40.0 if gate else 0.0
            what = f"{path}: memory, {HELD} connections"
            found.append(Row(what, resident(name), 0, limit, "MB"))
    return found


def _waits(at: Place) -> list[Row]:
    """What a task waits for its net out of a warm pool: taken, and its policy held."""
    nets, waited = at.parts.nets, []
    for _ in range(ROUNDS * 2):
        nets.fill()
        began = time.perf_counter()
        net = nets.take()
        nets.apply_config(net, GateConfig(at.policy(inspect=True)))
        waited.append((time.perf_counter() - began) * 1000)
        nets.drop(net)
    return [Row("a warm net, taken and its policy held", max(waited), 0, 50.0, "ms")]


def _many(at: Place) -> list[Row]:
    """Listeners of many tasks in one gate; the last one serves, too."""
    nets, names = at.parts.nets, at.parts.nets.gate.names
    before = resident(names.gate)
    made = take_many(at, MANY)
    grown = (resident(names.gate) - before) / MANY
    held = set(nets.gate.send_command("hello")["nets"])
    assert set(made) <= held, "a net was lost"
    nets.apply_config(made[-1], GateConfig(at.policy(inspect=False)))
    at.start("last", f"container:{names.net(made[-1])}", "sleep infinity")
    last = at.measure("last", "new", OWN, COUNTS["new"])
    first = at.measure("ours", "new", OWN, COUNTS["new"])
    return [
        Row(f"gate's memory a task more, at {MANY} tasks", grown, 0, 0.2, "MB"),
        Row(f"new connection, task {MANY} / task 1", last, first, 1.3, "ms"),
    ]


def _decision() -> Row:
    """Microseconds for one verdict among many rules, half of them with wildcards."""
    many = tuple(
        Rule(
            "deny" if number % 5 == 0 else "allow",
            f"*.zone{number}.test" if number % 2 else f"host{number}.test",
            (443,),
        )
        for number in range(RULES)
    )
    judge = PolicyEvaluator(Policy(rules=many))
    asked = [
        Attempt(hosts.parse(name), 443)
        for number in range(0, RULES, 10)
        for name in (f"host{number}.test", f"a.zone{number + 1}.test", "not.there.test")
    ]
    began = time.perf_counter()
    for attempt in asked:
        judge.decide(attempt, 0.0)
    each = (time.perf_counter() - began) / len(asked) * 1e6
    return Row(f"a verdict among {RULES:,} rules", each, 0, 50.0, "µs")
