"""A strict reader of YAML: plain data, bounded, and no key twice.

The text is a stranger's. Scalars stay text, as they are written: `22:22` is no number
and `no` is no boolean. Anchors and merges are taken, as far as they stay small.
"""

import re
from typing import Any

import yaml

from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line

MOST_NODES = 20_000
"""Values of a whole file."""
MOST_MERGED = 500
"""Keys of one mapping, with those that it takes from others."""
MOST_ALIASES = 200
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"


def read(text: str, origin: str) -> dict[str, Any]:
    """The mapping that the text is; ConfigError names its line if it is none.

    Its values are texts, lists, mappings and None. Refused: a tag that would make
    anything else, and a second document.
    """
    try:
        body = _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        problem = safe_line(str(error.problem or error.context), 200)
        raise ConfigError(f"{origin}{line}: {problem}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        problem = safe_line(str(error), 200)
        raise ConfigError(f"{origin} is no YAML that is taken: {problem}") from error
    if not isinstance(body, dict):
        raise ConfigError(f"{origin} is no mapping of names to values")
    return body


_Reader: Any = yaml.reader.Reader
_Scanner: Any = yaml.scanner.Scanner
_Parser: Any = yaml.parser.Parser
_Composer: Any = yaml.composer.Composer
_Constructor: Any = yaml.constructor.SafeConstructor
_Resolver: Any = yaml.resolver.BaseResolver


class _Loader(_Reader, _Scanner, _Parser, _Composer, _Constructor, _Resolver):  # type: ignore[misc]  # it has no types
    """PyYAML's safe loader without its types of scalars, and with bounds."""

    def __init__(self, text: str) -> None:
        _Reader.__init__(self, text)
        _Scanner.__init__(self)
        _Parser.__init__(self)
        _Composer.__init__(self)
        _Constructor.__init__(self)
        _Resolver.__init__(self)
        self._nodes = self._aliases = 0
        self._flat = set[int]()
        """Mappings that have the keys of others already."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Count what is there, before anything is made of it."""
        self._nodes += 1
        self._aliases += self.check_event(yaml.AliasEvent)
        if self._nodes > MOST_NODES or self._aliases > MOST_ALIASES:
            raise _refused("there are too many values", self.peek_event())
        return super().compose_node(parent, index)

    def flatten_mapping(self, node: Any) -> None:
        """Take the keys of others: its own count first, then those of the first."""
        # Not the library's own: of two equal keys it takes one or the other.
        if id(node) in self._flat:
            return
        self._flat.add(id(node))
        own, merged = dict[str, Any](), dict[str, Any]()
        for key, value in node.value:
            if key.tag == _MERGE:
                self._merge(value, merged)
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key that is no text", key)
            if key.value in own:
                problem = f"the key {safe_line(key.value, 80)} is there twice"
                raise _refused(problem, key)
            own[key.value] = (key, value)
        node.value = [*{**merged, **own}.values()]
        if len(node.value) > MOST_MERGED:
            raise _refused("a mapping with too many keys", node)

    def _merge(self, value: Any, merged: dict[str, Any]) -> None:
        is_list = isinstance(value, yaml.SequenceNode)
        for source in value.value if is_list else [value]:
            if not isinstance(source, yaml.MappingNode):
                raise _refused("what is merged is no mapping", source)
            self.flatten_mapping(source)
            for pair in source.value:
                if pair[0].tag != _MERGE:
                    merged.setdefault(pair[0].value, pair)


def _refused(problem: str, where: Any) -> Exception:
    error: Exception = yaml.constructor.ConstructorError(
        None, None, problem, where.start_mark
    )
    return error


_Loader.add_implicit_resolver(_MERGE, re.compile(r"^(?:<<)$"), ["<"])
_Loader.add_implicit_resolver(
    _NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
for _tag in ("bool", "int", "float", "binary", "timestamp", "omap", "pairs", "set"):
    _Loader.add_constructor(
        f"tag:yaml.org,2002:{_tag}",
        _Constructor.construct_undefined,
    )
