"""What is lent of a package tool's cache, and how a box has it."""

from swarm.model.package_cache import KINDS, PLACE


def test_a_box_copies_a_cache_or_reads_it_in_its_place() -> None:
    for kind, cache in KINDS.items():
        assert cache.parts
        assert not (cache.home and cache.variables)
        assert all(f"{PLACE}/{kind}" in value for _, value in cache.variables)
        assert not any(part.startswith((".", "/")) for part in cache.parts)
