"""A disk that is full and has room again: a small one of its own where we may mount one, else a limit on each file."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = 24


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk in memory at an empty folder until the block ends; needs root."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def mountable() -> bool:
    """Say whether we may mount a disk."""
    if os.name == "nt" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        return done.returncode == 0 and not subprocess.run(["umount", folder], check=False).returncode


def fill(folder: Path) -> Path:
    """Use up the disk of a folder to the last byte; returns the file to delete for room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler


def limit_files(pid: int, size: int) -> None:
    """Let every write of a process beyond the first `size` bytes of any file fail; -1 lifts the limit."""
    resource.prlimit(
        pid, resource.RLIMIT_FSIZE, (size if size >= 0 else resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )
