"""Reads conda's `.condarc` files and variables: channels, and where names lead."""

from collections.abc import Iterator
from pathlib import Path

from swarm.adapters.user_network import formats, simple_yaml
from swarm.adapters.user_network.settings import Reading, User

MOST_FILES = 50
"""Files of one folder that are read."""
_LISTS = ("channels", "default_channels")


def read(user: User, reading: Reading) -> None:
    """Read the channels that are URLs; a name is one below the alias.

    `defaults` and names without an alias of the user's are the public default.
    """
    settings = dict[str, tuple[object, str]]()
    custom = dict[str, tuple[object, str]]()
    for file in _files(user):
        body, name = reading.parsed(file, simple_yaml.parse), user.name(file)
        for key in (*_LISTS, "channel_alias"):
            if formats.dig(body, key):
                settings[key] = (formats.dig(body, key), f"{name}: {key}")
        for key in ("custom_channels", "custom_multichannels"):
            for channel, value in formats.table(body, key).items():
                custom[channel] = (value, f"{name}: {key}.{channel}")
    for key in (*_LISTS, "channel_alias"):
        variable, value = user.variable(f"CONDA_{key.upper()}")
        if variable:
            is_list = key in _LISTS
            settings[key] = (
                reading.pieces(value, variable, ",") if is_list else value,
                variable,
            )
    _add(settings, custom, reading)


def _add(
    settings: dict[str, tuple[object, str]],
    custom: dict[str, tuple[object, str]],
    reading: Reading,
) -> None:
    alias, origin = settings.get("channel_alias", ("", ""))
    if alias:
        reading.add(alias, origin, scope="names")
    named = set[str]()
    for key in _LISTS:
        value, origin = settings.get(key, (None, ""))
        for channel in formats.entries(value):
            if "://" in str(channel):
                reading.add(channel, origin, scope=key)
            else:
                named.add(str(channel).strip())
    for channel, (value, origin) in custom.items():
        for url in formats.entries(value):
            if "://" in str(url):
                reading.add(url, origin, scope=channel)
    reading.replaces_default = bool(settings.get("channels")) and not (
        ("defaults" in named and "default_channels" not in settings)
        or (named - {"defaults", "nodefaults", *custom} and not alias)
    )
    if "default_channels" in settings and "channels" not in settings:
        reading.replaces_default = True


def _files(user: User) -> Iterator[Path]:
    """The files of conda; a later one counts more."""
    yield user.machine("etc", "conda", ".condarc")
    yield user.machine("etc", "conda", "condarc")
    yield from _folder(user.machine("etc", "conda", "condarc.d"))
    yield user.config("conda", ".condarc")
    yield user.config("conda", "condarc")
    yield user.home / ".conda" / ".condarc"
    yield user.home / ".conda" / "condarc"
    yield from _folder(user.home / ".conda" / "condarc.d")
    yield user.home / ".condarc"
    named, file = user.variable("CONDARC")
    if named:
        yield user.path(file)


def _folder(folder: Path) -> list[Path]:
    try:
        files = sorted(folder.iterdir())[:MOST_FILES]
    except (OSError, ValueError):
        return []
    return [file for file in files if file.suffix in (".yml", ".yaml")]
