"""Describes hosts for the Net tab and the denied rows; foreign text is harmless."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content

from swarm.model import events, format
from swarm.model.safe_text import safe_line
from swarm.tui.present import formatting
from swarm.tui.present.denials import DenialRow
from swarm.tui.present.formatting import ERROR, GOOD, KEY, MUTED, WARNING


@dataclass(slots=True)
class _Traffic:
    """The traffic of one task with one host and port."""

    denied: int = 0
    allowed: int = 0
    up: int = 0
    down: int = 0
    last: float = 0.0
    why: str = ""
    how: str = ""
    tool: str = ""


def denied_line(row: DenialRow, name: str, alive: bool) -> Content:
    """One row of the denied panel; a task that has ended needs no decision."""
    is_over = row.locked or row.decided or not alive
    tone = ERROR if row.is_leak else MUTED if is_over else WARNING
    times = f" ×{row.count}" if row.count > 1 else ""
    state = "decided" if row.decided else "locked" if row.locked else "! decides"
    state = state if alive else "ended"
    return Content.assemble(
        (f" {format.clock(row.last)} ", MUTED),
        f"{formatting.fit_name(name, 18)} ",
        ("⊘ ", tone),
        (f"{row.name}{times}", tone),
        (f"  {safe_line(row.reason, 60)}", MUTED),
        (f"  {state}", KEY if state == "! decides" else MUTED),
    )


def net_tab(recorded: Iterable[events.Recorded]) -> list[Content]:
    """Allowed and denied hosts of one task, the newest first."""
    traffic_by_host: dict[tuple[str, int], _Traffic] = {}
    notes: list[Content] = []
    queried: dict[str, float] = {}
    for record in recorded:
        match record.event:
            case (
                events.NetDenied()
                | events.NetAllowed()
                | events.NetClosed()
                | events.NetFailed() as event
            ):
                traffic = traffic_by_host.setdefault(
                    (event.host, event.port), _Traffic()
                )
                traffic.last = record.at
                _count(traffic, event)
            case events.NameQueried(host=host):
                queried[host] = record.at
            case events.SecretMasked() as masked:
                host = safe_line(masked.host, 60)
                words = f" {host} sent a secret back: masked in {masked.count} places"
                notes.append(Content.styled(words, ERROR))
            case events.NetGap() as gap:
                why = safe_line(gap.why)
                words = f" {gap.missed} lines of the gate's log are missing: {why}"
                notes.append(Content.styled(words, ERROR))
            case _:
                pass
    for host in queried.keys() - {host for host, _ in traffic_by_host}:
        traffic_by_host[host, 0] = _Traffic(
            last=queried[host], why="asked for, nothing was tried"
        )
    if not traffic_by_host:
        return [*notes, Content.styled(" nothing was tried on the network", MUTED)]
    rows = sorted(traffic_by_host.items(), key=lambda item: -item[1].last)
    lines = [_row(host, port, traffic) for (host, port), traffic in rows]
    return [*notes, *lines]


def _count(
    traffic: _Traffic,
    event: events.NetDenied | events.NetAllowed | events.NetClosed | events.NetFailed,
) -> None:
    match event:
        case events.NetDenied():
            traffic.denied += event.count
            traffic.why = event.reason
        case events.NetAllowed():
            traffic.allowed += 1
            traffic.why, traffic.how = event.rule or event.reason, "SNI only"
        case events.NetClosed():
            traffic.allowed += bool(event.method)
            traffic.up += event.up
            traffic.down += event.down
            traffic.why = event.rule or traffic.why
            traffic.how = "inspected" if event.method else traffic.how
            traffic.tool = event.tool or traffic.tool
        case events.NetFailed():
            traffic.why = event.reason


def _row(host: str, port: int, traffic: _Traffic) -> Content:
    denied = bool(traffic.denied)
    glyph, tone = ("⊘", WARNING) if denied else ("✓", GOOD) if port else ("·", MUTED)
    times = traffic.denied or traffic.allowed
    name = formatting.fit(f"{safe_line(host, 80)}{f':{port}' if port else ''}", 26)
    carried = f"↑{format.count(traffic.up)} ↓{format.count(traffic.down)}  "
    return Content.assemble(
        (f" {format.clock(traffic.last)} ", MUTED),
        (f"{glyph} ", tone),
        f"{name} ",
        (f"{'×' + format.count(times) if times > 1 else '':<4}", MUTED),
        carried if traffic.up or traffic.down else "",
        (safe_line(traffic.why, 60), tone if denied else MUTED),
        (f"  {traffic.how}", MUTED),
        (f"  called {safe_line(traffic.tool, 60)}" if traffic.tool else "", KEY),
    )
