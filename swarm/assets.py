"""Finds the files that ship beside the code, from a wheel and from a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The `css` or `images` folder: inside the package in a wheel, beside it else."""
    shipped = _PACKAGE / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
