"""Names what tells of languages and tools that no stack has, with the way out."""

import re
from collections.abc import Iterator

from swarm.config.detection.tree import Tree
from swarm.model.safe_text import safe_line

_OWN_IMAGE = "an image of your own can: `image = …` or `dockerfile = …`"
_DEBIAN = {
    "composer.json": ("PHP", ("composer", "php-cli", "php-mbstring", "php-xml")),
    "mix.exs": ("Elixir", ("elixir", "erlang-dev")),
    "rebar.config": ("Erlang", ("erlang", "rebar3")),
    "stack.yaml": ("Haskell", ("ghc", "cabal-install")),
    "cabal.project": ("Haskell", ("ghc", "cabal-install")),
    "dune-project": ("OCaml", ("ocaml", "ocaml-dune", "opam")),
    "DESCRIPTION": ("R", ("r-base-dev",)),
    "cpanfile": ("Perl", ("cpanminus", "perl")),
    "justfile": ("just", ("just",)),
}
"""Files of the first folder; what they tell of, and what Debian has for it."""
_NOWHERE = {
    r"[^/]+\.(?:sln|csproj|fsproj)": ".NET",
    r"global\.json": ".NET",
    r"Package\.swift": "Swift",
    r"pubspec\.yaml": "Dart",
    r"build\.zig": "Zig",
    r"deno\.jsonc?": "Deno",
    r"environment\.ya?ml": "conda",
    r"(?:MODULE|WORKSPACE)(?:\.bazel)?": "Bazel",
    r"build\.sbt": "sbt",
    r"project\.clj|deps\.edn": "Clojure",
    r"flake\.nix|shell\.nix|default\.nix": "Nix",
    r"Project\.toml": "Julia",
    r"pixi\.toml": "pixi",
}
"""Patterns of such files, for what no package of Debian's brings."""


def notes(tree: Tree, *, has_stack: bool) -> Iterator[str]:
    """Sentences on what no stack brings; one if nothing was found at all."""
    told = set[str]()
    for name in tree.names(""):
        title, packages = _DEBIAN.get(name, ("", ()))
        if title and title not in told:
            told.add(title)
            listed = ", ".join(f'"{each}"' for each in packages)
            yield (
                f"{safe_line(name, 100)}: no stack has {title}; Debian's does: "
                f"`packages = [{listed}]`, and `setup` and `test` of your own"
            )
        for pattern, title in _NOWHERE.items():
            if title not in told and re.fullmatch(pattern, name):
                told.add(title)
                yield f"{safe_line(name, 100)}: no stack has {title}; {_OWN_IMAGE}"
    if not told and not has_stack and tree.files:
        yield (
            "no file of the first folders tells of a language that a stack has: "
            "`--stack NAME` names one (`swarm image stacks`), or " + _OWN_IMAGE
        )
