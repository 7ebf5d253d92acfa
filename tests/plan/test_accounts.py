"""Whatever an image's account files hold, the agent has a name and its own home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.plan import accounts
from swarm.plan.specs import AGENT_HOME

DEBIAN = "root:x:0:0:root:/root:/bin/bash\nagent:x:1000:1000::/home/agent:/bin/bash\n"
NODE = "root:x:0:0:root:/root:/bin/ash\nnode:x:1000:1000::/home/node:/bin/ash\n"
TEXT = st.text(st.sampled_from("ab:019/\n\udc80 "), max_size=200)


def of_uid(text: str, uid: int) -> list[list[str]]:
    rows = (line.split(":") for line in text.splitlines())
    return [row for row in rows if row[2] == str(uid)]


@pytest.mark.parametrize(
    ("image", "uid", "name", "shell"),
    [
        (DEBIAN, 1000, "agent", "/bin/bash"),
        (DEBIAN, 70001, "agent1", "/bin/bash"),
        (NODE, 1000, "node", "/bin/ash"),
        (NODE, 70001, "agent", "/bin/ash"),
        ("", 70001, "agent", "/bin/sh"),
        (NODE + "svc:x:33:33::/srv:/usr/sbin/nologin\n", 33, "svc", "/bin/ash"),
        ("svc:x:33:33::/srv:/bin/false\n", 33, "svc", "/bin/sh"),
        ("root:x:0:0::/:/sbin/nologin\n", 70001, "agent", "/bin/sh"),
        ("a:x:33:33::/srv:\nb:x:33:3::/:/bin/ash\n", 33, "a", "/bin/sh"),
        ("garbage\n::::::\n", 70001, "agent", "/bin/sh"),
    ],
)
def test_each_uid_has_a_name_and_the_agent_s_home(
    image: str, uid: int, name: str, shell: str
) -> None:
    """The image's name for it, else one that is free."""
    # The first of a uid is the one that every program finds.
    (found, _, _, gid, _, home, its_shell), *_others = of_uid(
        accounts.passwd(image, uid, 70002), uid
    )
    assert (found, gid, home, its_shell) == (name, "70002", AGENT_HOME, shell)


@given(TEXT, st.sampled_from([0, 1, 9, 1000, 70001]))
def test_a_file_of_any_content_gives_well_formed_accounts(text: str, uid: int) -> None:
    """One name for each, the image's others among them."""
    rows = [line.split(":") for line in accounts.passwd(text, uid, 7).splitlines()]
    assert all(len(row) == 7 and row[0] for row in rows)
    assert any(row[2] == str(uid) and row[5] == AGENT_HOME for row in rows)

    groups = [line.split(":") for line in accounts.group(text, uid).splitlines()]
    assert all(len(row) == 4 and row[0] for row in groups)
    assert any(row[2] == str(uid) for row in groups)


def test_the_files_are_mounted_over_the_image_s() -> None:
    """Read-only: who somebody is decides what ssh and git trust."""
    assert [(m.source, m.target, m.read_only) for m in accounts.mounts("/f")] == [
        ("/f/passwd", "/etc/passwd", True),
        ("/f/group", "/etc/group", True),
    ]
