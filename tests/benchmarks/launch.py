"""Run one command and say what it took: a small process between the measuring one and it.

The system counts a process's peak memory from its parent's at the fork, so a large parent
would be measured instead of its child. Imports only what bare Python has at hand.

    python -I -S launch.py FILE COMMAND...

writes "seconds cpu_seconds peak_kilobytes exit_code" to FILE; the command has this
process's standard streams.
"""

from __future__ import annotations

import os
import sys
import time


def main(arguments: list[str]) -> int:
    report, command = arguments[0], arguments[1:]
    before = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall_s = time.perf_counter() - before
    peak_kb = used.ru_maxrss // 1024 if sys.platform == "darwin" else used.ru_maxrss
    code = os.waitstatus_to_exitcode(status)
    with open(report, "w", encoding="ascii") as file:
        file.write(f"{wall_s} {used.ru_utime + used.ru_stime} {peak_kb} {code}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
