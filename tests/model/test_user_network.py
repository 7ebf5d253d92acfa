"""One reading of the user's network: hosts, ports, and what a tool reaches."""

from swarm.model.user_network import Registry, UserNetwork


def test_a_registry_has_the_port_of_its_scheme() -> None:
    """Unless the URL names one; another scheme has none."""
    assert Registry("pip", "https://Mirror.example/simple").host == "mirror.example"
    assert Registry("pip", "https://mirror.example/simple").port == 443
    assert Registry("pip", "http://mirror.example:8080/").port == 8080
    assert Registry("cargo", "ssh://git@mirror.example/index").port == 0


def test_the_endpoints_of_a_tool_are_named_once() -> None:
    """In the order of reading; what has no port is left out."""
    network = UserNetwork(
        (
            Registry("npm", "https://a.example/"),
            Registry("npm", "https://b.example:8443/", scope="@corp"),
            Registry("npm", "https://a.example/other"),
            Registry("cargo", "file:///srv/index"),
        )
    )

    assert network.endpoints() == {"npm": ("a.example:443", "b.example:8443")}
