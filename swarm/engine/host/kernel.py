"""What the kernel offers, read from its own files; nothing is loaded or changed."""

import gzip
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kernel:
    """Where a kernel tells of itself; tests point it at a folder of their own."""

    proc: Path = Path("/proc")
    modules: Path = Path("/lib/modules") / platform.release()
    btf_file: Path = Path("/sys/kernel/btf/vmlinux")

    def memory(self) -> int | None:
        """Bytes that can be had without swapping; None where no one says."""
        for text in _lines(self.proc / "meminfo"):
            if text.startswith("MemAvailable:"):
                return int(text.split()[1]) * 1024
        return None

    def btf(self) -> bool:
        """Whether the kernel describes its own types, as eBPF programs need."""
        return self.btf_file.exists()

    def watchers(self) -> int | None:
        """How many inotify instances one user may have; None where no one says.

        Sandboxes without user namespaces are all one user to the kernel, the human's.
        """
        for text in _lines(self.proc / "sys/fs/inotify/max_user_instances"):
            return int(text)
        return None

    def nftables(self) -> bool:
        """Whether nf_tables is built in, loaded, or a module that can be."""
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
