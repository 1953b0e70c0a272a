"""How much processor time has a process taken, with all that it has started?"""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(*processes: int) -> float:
    """User and system time of these processes, their children, and those children that ended."""
    family = _children()
    return sum(_of_tree(process, family) for process in processes)


def parent(process: int) -> int:
    """The process that started this one; 0 if it is none of this machine's."""
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _of_tree(process: int, family: dict[int, list[int]]) -> float:
    return _of(process) + sum(_of_tree(child, family) for child in family.get(process, []))


def _of(process: int) -> float:
    # Own user and system time, then that of the children it has waited for.
    fields = _stat(process)
    return sum(int(field) for field in fields[11:15]) / _TICKS if fields else 0.0


def _children() -> dict[int, list[int]]:
    family: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            family.setdefault(int(fields[1]), []).append(int(folder.name))
    return family


def _stat(process: int) -> list[str]:
    """The fields behind the name, which may hold spaces; none if the process has gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
