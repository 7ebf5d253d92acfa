"""The files that a human agrees to, as lines to be read."""

from collections.abc import Iterator, Mapping

from swarm.model.safe_text import safe_line


def lines(texts: Mapping[str, str]) -> Iterator[str]:
    """Each path with its text below; whole, for a cut would be agreed to unseen."""
    for path, text in texts.items():
        yield f"{safe_line(path, 300)}:"
        for line in text.splitlines():
            yield f"  {safe_line(line, 10 * len(text))}"
