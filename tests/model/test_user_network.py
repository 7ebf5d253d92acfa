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


def test_an_address_of_ipv6_is_an_endpoint_in_brackets() -> None:
    registry = Registry("npm", "http://[fd00::7]:4873/")

    assert UserNetwork((registry,)).endpoints() == {"npm": ("[fd00::7]:4873",)}


def test_what_the_user_chose_is_not_a_public_default_that_is_written_down() -> None:
    """Some tools write their own default into the user's file."""
    network = UserNetwork(
        (
            Registry("npm", "https://npm.corp.example/", origin="~/.npmrc: registry"),
            Registry("pnpm", "https://npm.corp.example/", origin="other"),
            Registry("nuget", "https://public.example/v3"),
            Registry("cargo", "https://public.example/", is_default=True),
        )
    )

    assert network.chosen() == {"npm.corp.example:443": "~/.npmrc: registry"}
