"""Compares drawn screens with the SVG files that a human last found good."""

import difflib
import html
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

FOLDER = Path(__file__).with_name("__snapshots__") / "test_snapshots"


async def screenshot(
    app: App[None],
    size: tuple[int, int],
    lead: Callable[[Pilot[None]], Awaitable[None]],
) -> str:
    """Run the app, let `lead` press its keys, and draw the screen as SVG."""
    async with app.run_test(size=size, tooltips=True, notifications=True) as pilot:
        await lead(pilot)
        await pilot.wait_for_scheduled_animations()
        drawn, before = _drawn(app), ""
        # What one pause lets through may ask for another: a text that grew is followed.
        while drawn != before:
            await pilot.pause()
            drawn, before = _drawn(app), drawn
        return drawn


def _drawn(app: App[None]) -> str:
    return _without_ids(app.export_screenshot(title=app.title, simplify=True))


def check(name: str, svg: str, update: bool, folder: Path) -> None:
    """Fail with a readable difference unless the screen is the one on record.

    With `update` the screen becomes the record. The screen of a failure is written
    into the folder.
    """
    file = FOLDER / f"{name}.svg"
    if update:
        file.write_text(svg, encoding="utf-8")
        return
    recorded = file.read_text(encoding="utf-8") if file.exists() else ""
    recorded = _without_ids(recorded)
    if svg == recorded:
        return
    drawn = folder / f"{name}.svg"
    drawn.write_text(svg, encoding="utf-8")
    old, new = _text_lines(recorded), _text_lines(svg)
    changes = "\n".join(difflib.unified_diff(old, new, "recorded", "drawn", n=1))
    raise AssertionError(
        f"{changes or 'the words are the same; colours or styles differ'}\n"
        f"recorded: {file}\ndrawn:    {drawn}\n"
        "If it is right: pytest tests/tui/test_snapshots.py --update-snapshots"
    )


def _without_ids(svg: str) -> str:
    """The SVG without the random number that keeps two on one page apart."""
    return re.sub(r"\bterminal-\d+-([\w-]+)", r"terminal-\1", svg)


def _text_lines(svg: str) -> list[str]:
    """The words of each line of the screen."""
    lines: dict[float, str] = {}
    for place, text in re.findall(r'<text [^>]*?y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        words = html.unescape(text).replace("\xa0", " ")
        lines[float(place)] = f"{lines.get(float(place), '')}{words}"
    return [line.rstrip() for _, line in sorted(lines.items())]
