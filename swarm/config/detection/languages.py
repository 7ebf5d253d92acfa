"""Counts a repository's files by language, and names the stack of each."""

from collections import Counter
from collections.abc import Iterable

_SUFFIXES = {
    "c": ("c", "h", "cc", "cpp", "cxx", "hpp", "hh"),
    "go": ("go",),
    "java": ("java", "kt", "kts", "scala", "groovy"),
    "node": ("js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "svelte"),
    "python": ("py", "pyi", "pyx"),
    "ruby": ("rb",),
    "rust": ("rs",),
}
_STACKS = {suffix: stack for stack, each in _SUFFIXES.items() for suffix in each}
LEAST_FILES = 3
"""Of a language, before a repository without a manifest is taken for one of it."""


def counted(files: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Each stack with its number of files, the most first."""
    suffixes = Counter(path.rpartition(".")[2] for path in files)
    numbers = Counter[str]()
    for suffix, number in suffixes.items():
        if stack := _STACKS.get(suffix):
            numbers[stack] += number
    return tuple(sorted(numbers.items(), key=lambda each: (-each[1], each[0])))


def main_stack(languages: tuple[tuple[str, int], ...]) -> tuple[str, str]:
    """The stack of most files, with its reason; empty if they are too few."""
    if not languages or languages[0][1] < LEAST_FILES:
        return "", ""
    stack, number = languages[0]
    return stack, f"{number} files of {stack}"
