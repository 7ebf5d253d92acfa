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
class _Place:
    """One host and port, as far as a task had to do with it."""

    denied: int = 0
    allowed: int = 0
    up: int = 0
    down: int = 0
    last: float = 0.0
    why: str = ""
    how: str = ""
    tool: str = ""


def denied_line(row: DenialRow, name: str, alive: bool) -> Content:
    """One row of the denied panel; who has ended needs no decision."""
    over = row.locked or row.decided or not alive
    tone = ERROR if row.is_leak else MUTED if over else WARNING
    times = f" ×{row.count}" if row.count > 1 else ""
    way = "decided" if row.decided else "locked" if row.locked else "! decides"
    way = way if alive else "ended"
    return Content.assemble(
        (f" {format.clock(row.last)} ", MUTED),
        f"{formatting.fit(name, 18)} ",
        ("⊘ ", tone),
        (f"{row.name}{times}", tone),
        (f"  {safe_line(row.reason, 60)}", MUTED),
        (f"  {way}", KEY if way == "! decides" else MUTED),
    )


def net_tab(recorded: Iterable[events.Recorded]) -> list[Content]:
    """Allowed and denied hosts of one task, the newest first."""
    places: dict[tuple[str, int], _Place] = {}
    notes: list[Content] = []
    named: dict[str, float] = {}
    for one in recorded:
        match one.event:
            case (
                events.NetDenied()
                | events.NetAllowed()
                | events.NetClosed()
                | events.NetFailed() as known
            ):
                place = places.setdefault((known.host, known.port), _Place())
                place.last = one.at
                _count(place, known)
            case events.NameQueried(host=host):
                named[host] = one.at
            case events.NetGap() as gap:
                why = safe_line(gap.why)
                words = f" {gap.missed} lines of the gate's are missing: {why}"
                notes.append(Content.styled(words, ERROR))
            case _:
                pass
    for host in named.keys() - {host for host, _ in places}:
        places[host, 0] = _Place(last=named[host], why="asked for, nothing was tried")
    if not places:
        return [*notes, Content.styled(" nothing was tried on the network", MUTED)]
    rows = sorted(places.items(), key=lambda item: -item[1].last)
    lines = [_row(host, port, place) for (host, port), place in rows]
    return [*notes, *lines]


def _count(
    place: _Place,
    known: events.NetDenied | events.NetAllowed | events.NetClosed | events.NetFailed,
) -> None:
    match known:
        case events.NetDenied():
            place.denied += known.count
            place.why = known.reason
        case events.NetAllowed():
            place.allowed += 1
            place.why, place.how = known.rule or known.reason, "SNI only"
        case events.NetClosed():
            place.allowed += bool(known.method)
            place.up += known.up
            place.down += known.down
            place.why = known.rule or place.why
            place.how = "inspected" if known.method else place.how
            place.tool = known.tool or place.tool
        case events.NetFailed():
            place.why = known.reason


def _row(host: str, port: int, place: _Place) -> Content:
    denied = bool(place.denied)
    glyph, tone = ("⊘", WARNING) if denied else ("✓", GOOD) if port else ("·", MUTED)
    times = place.denied or place.allowed
    name = formatting.fit(f"{safe_line(host, 80)}{f':{port}' if port else ''}", 26)
    carried = f"↑{format.count(place.up)} ↓{format.count(place.down)}  "
    return Content.assemble(
        (f" {format.clock(place.last)} ", MUTED),
        (f"{glyph} ", tone),
        f"{name} ",
        (f"{'×' + format.count(times) if times > 1 else '':<4}", MUTED),
        carried if place.up or place.down else "",
        (safe_line(place.why, 60), tone if denied else MUTED),
        (f"  {place.how}", MUTED),
        (f"  called {safe_line(place.tool, 60)}" if place.tool else "", KEY),
    )
