"""Copies an environment that another thread may change meanwhile."""

from collections.abc import Mapping


def copy_of(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables as they stand, whole or not there.

    `dict(os.environ)` raises KeyError where a name goes while it is copied.
    """
    found = {name: environment.get(name) for name in list(environment)}
    return {name: value for name, value in found.items() if value is not None}
