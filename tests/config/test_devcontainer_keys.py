"""The table of keys that a box has no place for."""

from swarm.config.devcontainer_keys import LEFT_OUT, SILENT


def test_no_key_that_weakens_a_box_is_silent() -> None:
    floor = {"privileged", "capAdd", "securityOpt", "runArgs", "mounts"}

    assert floor | {"initializeCommand", "workspaceMount"} <= LEFT_OUT.keys()
    assert not SILENT & LEFT_OUT.keys()
