"""Every tone can be read on every ground, dark and light."""

import itertools

import pytest
from textual.color import Color
from textual.theme import Theme

from swarm.tui import themes

TONES = ("text-primary", "text-accent", "text-success", "text-warning", "text-error")
LEAST = 4.5


def _ratio(one: Color, other: Color) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = []
    for value in color.normalized:
        low = value / 12.92
        parts.append(low if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize(
    ("theme", "tone"),
    list(itertools.product((themes.DARK, themes.LIGHT), (*TONES, "text-muted"))),
    ids=lambda value: value.name if isinstance(value, Theme) else str(value),
)
def test_a_tone_can_be_read_on_every_ground(theme: Theme, tone: str) -> None:
    """Background, panel, dialog, the selected line, and diff grounds."""
    success, error = Color.parse(str(theme.success)), Color.parse(str(theme.error))
    background = Color.parse(str(theme.background))
    grounds = [
        background,
        Color.parse(str(theme.surface)),
        Color.parse(str(theme.panel)),
        Color.parse(theme.variables["block-cursor-background"]),
        Color.parse(theme.variables["block-cursor-blurred-background"]),
        background.blend(success, 0.1),
        background.blend(error, 0.1),
    ]
    text = Color.parse(theme.variables[tone])

    dim = [f"{_ratio(text, g):.1f} on {g.hex}" for g in grounds]
    assert [one for one in dim if float(one.split()[0]) < LEAST] == []
