"""A service is found by its name, if the name can be nobody else's."""

from swarm.plan import service_hosts
from swarm.plan.specs import Mount


def test_names_of_services_are_localhost() -> None:
    assert service_hosts.text(["db", "cache-1"]) == (
        "127.0.0.1 localhost sandbox cache-1 db\n"
        "::1 localhost ip6-localhost ip6-loopback\n"
    )


def test_what_could_be_a_host_of_the_web_or_the_boxs_own_is_left_out() -> None:
    """A name with a dot would lead a client of its elsewhere, unseen."""
    services = ["api.example.com", "localhost", "sandbox", "-x", "x-", "db"]

    assert service_hosts.names(services) == ["db"]


def test_it_stands_over_the_engines_own_file() -> None:
    assert service_hosts.mount("/f") == Mount("bind", "/f/hosts", "/etc/hosts", True)
