"""The briefing of an agent: where it is, what it may reach, and who merges.

It reaches the agent by its own mechanism and names the pages at /etc/swarm, which stay
true while a task runs; it is short, for an agent reads it again with each request.
"""

from swarm.plan import box_page, repository_page
from swarm.plan.package_settings import FOLDER
from swarm.policy.rules import Policy

MOST_HOSTS = 24
"""Hosts that are named; the page has them all."""


def briefing(
    policy: Policy, workspace: str, rules: str = "", test: str = "", read: str = ""
) -> str:
    """The text for one task; `rules` are the user's own, and come last.

    `test` is the command that tests the project, if a human told it; `read` is a file
    of the repository's that the agent does not read by itself.
    """
    first = f"\n- Read `{read}` here first, if there is one." if read else ""
    tested = f"\n- The project's tests: `{test.strip()}`" if test.strip() else ""
    own = f"\n\n{rules.strip()}" if rules.strip() else ""
    return f"""\
You work alone in a container ("the box") that a human started for one task.
The repository's checkout is {workspace}, on a branch of its own. Work only there.

- Network: {_reach(policy)} Everything else is denied at once, by policy: HTTP answers \
403 with a reason, TLS ends with an alert. Do not retry a denial or look for another \
way; say which host you need and why, and go on with the rest. `{FOLDER}/policy.md` \
has the whole list, which the human may extend while you work.
- No root, no `sudo`, no system packages, no container engine (no `docker`, no \
`podman`: the human gives services, stacks and packages instead), no `systemctl`: \
`{FOLDER}/{box_page.PAGE_NAME}` says what there is instead.
- Variables and settings that look like keys hold placeholders. Use them as they are.
- Commit as you like. `git push` leads nowhere: a human reviews your files and merges. \
`{FOLDER}/{repository_page.NAME}` says what of the repository is here.\
{first}{tested}{own}
"""


def _reach(policy: Policy) -> str:
    hosts = list(
        dict.fromkeys(rule.host for rule in policy.rules if rule.kind != "deny")
    )
    if not hosts:
        return "you may reach no host."
    clean = [
        "".join(c if c.isprintable() and c != "`" else "?" for c in host)
        for host in hosts
    ]
    more = len(clean) - MOST_HOSTS
    end = f" and {more} more." if more > 0 else "."
    return f"you may reach {', '.join(clean[:MOST_HOSTS])}{end}"
