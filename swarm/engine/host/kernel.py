"""Reads the kernel's features from its own files; loads and changes nothing."""

import gzip
import platform
from dataclasses import dataclass
from pathlib import Path

_CLOSING = (
    ("user/max_user_namespaces", 0),
    ("kernel/unprivileged_userns_clone", 0),
    ("kernel/apparmor_restrict_unprivileged_userns", 1),
)


@dataclass(frozen=True, slots=True)
class Kernel:
    """The files that describe a kernel; tests point it at a folder of their own."""

    proc: Path = Path("/proc")
    modules: Path = Path("/lib/modules") / platform.release()
    btf_file: Path = Path("/sys/kernel/btf/vmlinux")

    def memory(self) -> int | None:
        """Bytes available without swapping; None if the system does not say."""
        for text in _lines(self.proc / "meminfo"):
            if text.startswith("MemAvailable:"):
                return int(text.split()[1]) * 1024
        return None

    def swap(self) -> int | None:
        """Bytes of swap in all; None if the system does not say."""
        for text in _lines(self.proc / "meminfo"):
            if text.startswith("SwapTotal:"):
                return int(text.split()[1]) * 1024
        return None

    def btf(self) -> bool:
        """True if the kernel describes its own types, as eBPF programs need."""
        return self.btf_file.exists()

    def inotify(self, key: str) -> int | None:
        """A limit of inotify's, by its sysctl's last name; None if unknown.

        To the kernel, all sandboxes without user namespaces are one user: yours.
        """
        return self._sysctl(f"fs/inotify/{key}")

    def user_namespaces(self) -> int | None:
        """The number of user namespaces a user may make; None if unknown."""
        return self._sysctl("user/max_user_namespaces")

    def user_namespaces_closed(self) -> str:
        """The setting that lets no user make one, as `name = value`; or empty."""
        for key, closing in _CLOSING:
            value = self._sysctl(key)
            if value == closing:
                return f"{key.replace('/', '.')} = {value}"
        return ""

    def _sysctl(self, key: str) -> int | None:
        for text in _lines(self.proc / "sys" / key):
            return int(text) if text.strip().isdigit() else None
        return None

    def nftables(self) -> bool:
        """True if nf_tables is built in, loaded, or a module that can be loaded."""
        return (
            any(text.startswith("nf_tables ") for text in _lines(self.proc / "modules"))
            or any("/nf_tables.ko" in text for text in _lines(self._listing("builtin")))
            or any("/nf_tables.ko" in text for text in _lines(self._listing("dep")))
            or self._configured("CONFIG_NF_TABLES")
        )

    def _listing(self, name: str) -> Path:
        return self.modules / f"modules.{name}"

    def _configured(self, key: str) -> bool:
        try:
            text = gzip.decompress((self.proc / "config.gz").read_bytes()).decode()
        except OSError:
            return False
        return f"{key}=y" in text or f"{key}=m" in text


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
