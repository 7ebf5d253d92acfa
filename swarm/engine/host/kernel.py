"""Reads the kernel's features from its own files; loads and changes nothing."""

import gzip
import platform
from dataclasses import dataclass
from pathlib import Path


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

    def btf(self) -> bool:
        """True if the kernel describes its own types, as eBPF programs need."""
        return self.btf_file.exists()

    def watchers(self) -> int | None:
        """The number of inotify instances a user may have; None if unknown.

        To the kernel, all sandboxes without user namespaces are one user: yours.
        """
        for text in _lines(self.proc / "sys/fs/inotify/max_user_instances"):
            return int(text)
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
