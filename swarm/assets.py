"""Finds the files that ship beside the code, from a wheel and from a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The `css` or `images` folder: inside the package in a wheel, else next to it."""
    shipped = _PACKAGE / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


def styles(*names: str) -> list[str | Path]:
    """The style sheets of these names, as Textual's `CSS_PATH` takes them."""
    return [folder("css") / f"{name}.tcss" for name in names]


def modules(package: str) -> list[Path]:
    """The Python files of one of our packages, such as `gate`, sorted by name."""
    return sorted((_PACKAGE / package).glob("*.py"))
