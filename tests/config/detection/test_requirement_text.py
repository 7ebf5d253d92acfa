"""Names of requirements, and those that a command may have."""

import pytest

from swarm.config.detection.requirement_text import name_of, plain


@pytest.mark.parametrize(
    ("text", "name", "written"),
    [
        ("Zope.Interface >= 5, <7  # x", "zope-interface", "Zope.Interface>=5,<7"),
        ("a[b,c]==1.*; python_version > '3'", "a", "a[b,c]==1.*"),
        ("x @ git+https://a", "x", ""),
        ("$(id)", "", ""),
        ("-r more.txt", "", ""),
        (5, "", ""),
    ],
)
def test_a_requirement(text: object, name: str, written: str) -> None:
    assert (name_of(text), plain(text)) == (name, written)
