"""apt's and apk's sources; disabled and commented ones do not count."""

from swarm.adapters.user_network import apt
from tests.adapters.user_network.conftest import Home, urls

STANZAS = """
# URIs: https://commented.example.invalid
Types: deb
URIs: https://first.example.invalid/debian
# a comment within a stanza
 http://second.example.invalid:8080/debian
Suites: stable
Signed-By: https://key.example.invalid/key

Enabled: no
Types: deb
URIs: https://disabled.example.invalid

types: deb
uris: https://third.example.invalid
enabled: yes
"""
LINES = """
# deb https://commented.example.invalid stable main
deb [arch=amd64 signed-by=/k] https://one.example.invalid/d stable main # see https://x
  deb-src http://two.example.invalid/d stable main
deb file:/srv stable main
rubbish https://rubbish.example.invalid
"""


def test_both_formats_of_apt_are_read(home: Home) -> None:
    home.write("/etc/apt/sources.list", LINES)
    home.write("/etc/apt/sources.list.d/a.sources", STANZAS.encode())
    home.write("/etc/apt/sources.list.d/b.list.disabled", LINES)

    assert list(urls(home.read(apt.read))) == [
        "https://one.example.invalid/d",
        "http://two.example.invalid/d",
        "https://first.example.invalid/debian",
        "http://second.example.invalid:8080/debian",
        "https://third.example.invalid",
    ]


def test_apk_s_repositories_are_read(home: Home) -> None:
    home.write(
        "/etc/apk/repositories",
        "https://a.example/main\n# https://b.example/\n@tag https://c.example/x\n/srv",
    )

    assert list(urls(home.read(apt.read_apk))) == [
        "https://a.example/main",
        "https://c.example/x",
    ]
