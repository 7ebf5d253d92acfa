"""Trees of a few files, as the detection sees a repository."""

from collections.abc import Mapping

from swarm.config.detection.detect import detect
from swarm.config.detection.tree import Listing, Tree
from swarm.model.detected import Detected


def contents_of(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {
        path: text.encode() if isinstance(text, str) else text
        for path, text in files.items()
    }


def tree(files: Mapping[str, str | bytes]) -> Tree:
    return Tree(Listing(frozenset(files)), contents_of(files))


def detected(files: Mapping[str, str | bytes]) -> Detected:
    return detect(Listing(frozenset(files)), contents_of(files))
