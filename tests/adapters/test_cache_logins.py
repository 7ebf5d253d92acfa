"""A cache in which a tool noted a login is lent to no box."""

from pathlib import Path

import pytest

from swarm.adapters.package_caches import look

SWARM = Path("/nonexistent/swarm")
NPM = '{"key":"k","metadata":{"url":"https://r/z","reqHeaders":{"authorization":"%s"}}}'
PIP = b"\xa4body\xc4\x02hi\xa4vary\x81\xadAuthorization%s"


@pytest.mark.parametrize(
    ("kind", "path", "content"),
    [
        ("npm", ".npm/_cacache/index-v5/ca/15/89", NPM % "Bearer npm_abc"),
        ("npm", ".npm/_cacache/index-v5/ca/15/89", NPM % "abc"),
        ("npm", ".npm/_cacache/index-v5/a", '{"url":"https://ann:pw@r.test/z"}'),
        ("pip", ".cache/pip/http-v2/0/1/2/ab", PIP % b"\xbaBasic YW5uOnB3"),
        ("pip", ".cache/pip/http/0/1/2/ab", PIP % b"\xd9\x20Bearer abcdefgh"),
        ("pip", ".cache/pip/wheels/0/origin.json", '{"url": "https://ann:pw@r/z"}'),
        ("maven", ".m2/repository/a.lastUpdated", "https\\://ann:pw@r/.error="),
        ("cargo", ".cargo/registry/index/r/FETCH_HEAD", "https://abcdefghijklmnop@r"),
    ],
)
def test_one_that_noted_a_login_is_refused(
    tmp_path: Path, kind: str, path: str, content: str | bytes
) -> None:
    """npm and pip keep the headers of a request beside what varies by them."""
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    data = content.encode() if isinstance(content, str) else content
    file.write_bytes(b" " * (3 << 20) + data)

    found = look(kind, {}, tmp_path, SWARM)

    assert f"{file.name} in it holds a login that its tool has sent" in found.fault
    assert not found.folders


@pytest.mark.parametrize(
    ("kind", "path", "content"),
    [
        ("npm", ".npm/_cacache/index-v5/a", NPM % ""),
        ("npm", ".npm/_cacache/content-v2/a", "https://ann:pw@r.test/z"),
        ("pip", ".cache/pip/http-v2/a", PIP % b"\xc0"),
        ("pip", ".cache/pip/http-v2/a.body", "https://ann:pw@r.test/z"),
        ("go", "go/pkg/mod/cache/download/x/v1.info", '{"URL":"https://r.test/x"}'),
    ],
)
def test_what_is_published_is_no_login(
    tmp_path: Path, kind: str, path: str, content: str | bytes
) -> None:
    """A package may hold any text, and an answer may vary by what was not sent."""
    (tmp_path / path).parent.mkdir(parents=True)
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / path).write_bytes(data)

    assert not look(kind, {}, tmp_path, SWARM).fault
