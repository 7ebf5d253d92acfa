"""The record of a box survives its JSON."""

import json

from swarm.model.box_contents import BoxContents, Missing, from_json, to_json
from swarm.model.covers import Cover


def test_contents_come_back_from_their_json() -> None:
    """Paths that are no UTF-8 too."""
    contents = BoxContents(
        refs=3,
        remotes=(("origin", "https://h/r"), ("disk", "")),
        submodules=("lib", "lib/deep"),
        shortened=("lib",),
        covers=(Cover("ci", "protect", "directory", "p0", 7),),
    ).with_missing(Missing("submodule", "caf\udce9", "gone"))

    assert from_json(json.loads(json.dumps(to_json(contents)))) == contents


def test_contents_of_an_earlier_version_have_no_covers() -> None:
    body = to_json(BoxContents(refs=3))
    del body["covers"]

    assert from_json(body) == BoxContents(refs=3)
