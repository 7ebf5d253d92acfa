"""The table of first installs as a page of Markdown, in which no registry is named."""

import re
from collections.abc import Iterable

from swarm.policy import reasons
from tests.first_install.networks import NETWORKS
from tests.first_install.run import Result

HEAD = """# The first install

Each tool installs a small project in a sandbox under the preset `balanced`, in four
networks. `python -m tests.first_install --write` writes this page and the table in
NETWORK.md; hosts of registries stand as `REGISTRY`.

- **direct**: the tool's public registry. For cargo, go, maven, gradle and gem it is
  untried: their packages are made by the test, and public registries have none.
- **parent proxy**: nothing else leads out, and it wants a password. cargo, go, maven,
  gradle and gem ask a mirror whose name the proxy alone knows.
- **private mirror**: the user's tools are set to a mirror at a private address, with a
  certificate of a company's own, which `upstream_ca` names.
- **mirror with token**: the same, and it answers nobody without the user's token, which
  `swarm secret import TOOL` brought.

*works with a line*: a denial named one line, and with that line it works. *works if the
project names it*: no sandbox can be set to it; its agent is told the URL in words.
*fails without swarm, too*: the same fails with no gate in the way. *–*: not run.

"""
BEGIN, END = "<!-- first install: written by a command -->", "<!-- end -->"
_URL = re.compile(r"(https?://)[^\s/'\"),]+")
_PLACE = re.compile(r"(?i)\b(?:[a-z0-9-]+\.)+[a-z]{2,}:\d+\b")
_TELLING = re.compile(
    r"(?i)swarm|denied|cannot resolve|not found\.|\b40[137]\b|\b50[234]\b|"
    r"unauthori|certificate"
)
LINE_LENGTH = 160


def outcomes(results: Iterable[Result]) -> str:
    """A row for each tool, a column for each network."""
    found = list(results)
    names = [name for name in NETWORKS if any(one.network == name for one in found)]
    rows = ["| tool | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for tool in dict.fromkeys(one.tool for one in found):
        by_network = {one.network: one for one in found if one.tool == tool}
        cells = [by_network[n].outcome if n in by_network else "–" for n in names]
        rows.append(f"| {tool} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def text(results: Iterable[Result]) -> str:
    """The whole page."""
    found = list(results)
    said = [line for one in found for line in _said(one)]
    told = ["", "## What was said", "", *said, ""] if said else []
    return HEAD + outcomes(found) + "\n".join(told)


def replaced(page: str, table: str) -> str:
    """The page with this table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}{END}{after}"


def _said(result: Result) -> Iterable[str]:
    if result.said or result.denials:
        yield f"- **{result.tool}, {result.network}** ({result.outcome})"
        for line in _telling(result):
            yield f"  - `{line}`"


def _telling(result: Result) -> list[str]:
    """The tool's own line that tells most, and the gate's reasons."""
    hosts = {denial.partition(":")[0] for denial in result.denials}
    lines = result.said.splitlines()
    telling = [line for line in lines if _TELLING.search(line)] or lines
    told = [plain(line, hosts) for line in telling[-1:]]
    gate = [_gate_line(denial, hosts) for denial in result.denials]
    return list(dict.fromkeys(told + gate))


def _gate_line(denial: str, hosts: Iterable[str]) -> str:
    """The gate's reason, and the command that it names as the way out."""
    reason = reasons.by_code(denial.rpartition(" ")[2])
    way_out = reason.way_out.format(place="REGISTRY") if reason else ""
    return f"gate: {plain(denial, hosts)}" + (f"; {way_out}" if way_out else "")


def plain(line: str, hosts: Iterable[str]) -> str:
    """The line with registries as REGISTRY, in one length, safe in a code span."""
    for host in hosts:
        line = re.sub(rf"{re.escape(host)}(:\d+)?", "REGISTRY", line)
    line = _PLACE.sub("REGISTRY", _URL.sub(r"\1REGISTRY", line))
    return line.replace("`", "'")[:LINE_LENGTH]
