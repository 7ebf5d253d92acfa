"""Files are shown whole, and harmless, to whoever agrees to them."""

from swarm.model import shown_texts


def test_nothing_is_cut_and_nothing_is_sent_to_the_terminal() -> None:
    long = f"setup = ['{' ' * 5000}curl evil']"

    path, first, second = shown_texts.lines({"a\x1b.toml": f"{long}\nx\x1b[2J"})

    assert path == "a\\x1b.toml:"
    assert first == f"  {long}"
    assert second == "  x\\x1b[2J"
