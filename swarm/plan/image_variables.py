"""An image's own variables, where a sandbox's of the same name would undo them."""

import re
from collections.abc import Iterator, Mapping

from swarm.plan.sandbox_environment import PROXY

_PROXIES = ("ALL_PROXY", "all_proxy", "FTP_PROXY", "ftp_proxy")
"""The image's lead to a proxy that no sandbox reaches."""
_TOOL_S_PROXY = re.compile(r"(?i)(?!.*no_?proxy$).+_proxy")
"""Variables by which one tool is led to a proxy: `npm_config_https_proxy`."""
_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://")
_NPM = "npm_config_"
"""npm reads its variables in any case, so that one of the image's may undo ours."""
_COUNT = "GIT_CONFIG_COUNT"
_MOST = 100
"""Settings of git that are taken over."""


def merged(image_s: Mapping[str, str], ours: dict[str, str]) -> dict[str, str]:
    """Our variables, and with them what the image set by the same names.

    Options of Java are added to the image's, settings of git numbered after them, and
    other ways to a proxy lead to ours; all other variables of ours stand in the place
    of the image's.
    """
    result = dict(ours)
    java = "JAVA_TOOL_OPTIONS"
    if image_s.get(java) and java in ours:
        result[java] = f"{image_s[java]} {ours[java]}"
    result |= {name: PROXY for name in _PROXIES if image_s.get(name)}
    result |= dict(_tools_settings(image_s, ours))
    result |= _git_settings(image_s, ours)
    return result


def _tools_settings(
    image_s: Mapping[str, str], ours: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, value in image_s.items():
        lower = name.lower()
        if name in ours:
            continue
        if lower.startswith(_NPM) and lower in ours:
            yield name, ours[lower]
        elif _TOOL_S_PROXY.fullmatch(name) and _ADDRESS.match(value):
            yield name, PROXY


def _git_settings(
    image_s: Mapping[str, str], ours: Mapping[str, str]
) -> dict[str, str]:
    counts = image_s.get(_COUNT, ""), ours.get(_COUNT, "")
    if not all(count.isascii() and count.isdigit() for count in counts):
        return {}
    if any(len(count) > len(str(_MOST)) for count in counts):
        return {}
    before, after = (int(count) for count in counts)
    if not 0 < before <= _MOST:
        return {}
    kinds = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
    kept = {
        f"{kind}{number}": image_s.get(f"{kind}{number}", "")
        for kind in kinds
        for number in range(before)
    }
    if not all(kept[f"{kinds[0]}{number}"] for number in range(before)):
        return {}  # git would refuse every command for it
    moved = {
        f"{kind}{before + number}": ours[f"{kind}{number}"]
        for kind in kinds
        for number in range(after)
    }
    return {**kept, **moved, _COUNT: str(before + after)}
