"""Test that a worker in which somebody else's code runs gets nothing that reading needs not.

Each test starts a real worker with a `pymupdf` that runs the file in place of reading it, as MuPDF
would if a file took it over. The file answers in the worker's name.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import PdfError
from reader.pdfs.text import process
from reader.pdfs.text.process import PdfReader
from tests.data import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems lack these limits")

TAKEN_OVER = """
import json, sys
class TOOLS:
    mupdf_display_errors = mupdf_display_warnings = store_shrink = staticmethod(lambda *_: None)
def open(path):
    with __builtins__["open"](path) as file:
        here = {}
        exec(file.read(), here)
    frame = sys._getframe()
    while "answers" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["answers"].write(json.dumps({"done": here["found"]}).encode() + b"\\n")
    frame.f_locals["answers"].flush()
"""


@pytest.fixture(autouse=True)
def taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "pymupdf.py").write_text(TAKEN_OVER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))


def found_by(tmp_path: Path, code: str) -> Any:
    """Run code in a worker; returns what it sets `found` to."""
    file = tmp_path / "hostile.pdf"
    file.write_text("# %PDF-\n" + textwrap.dedent(code))
    with PdfReader() as reader:
        return reader._ask("read", file)


def ran_apart(code: str) -> Any:
    """Run code in a process of its own; returns what it prints as JSON."""
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(ran.stdout)


def open_to_it() -> list[str]:
    found = process.unlimited()
    assert found is not None
    return found


def test_worker_has_no_network(tmp_path: Path) -> None:
    if "network" in open_to_it():
        pytest.skip("this kernel gives no namespace, and pyseccomp is not here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        connect = f"""
            import socket
            try:
                socket.create_connection(("127.0.0.1", {port}), 5)
                found = "connected"
            except OSError as error:
                found = error.strerror
        """
        assert found_by(tmp_path, connect) != "connected"
        with socket.create_connection(("127.0.0.1", port), 5):
            pass  # the server is there for others


def test_worker_reaches_no_program_through_a_file(tmp_path: Path) -> None:
    """As it would the session bus of a desktop, which starts programs."""
    pytest.importorskip("pyseccomp")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "bus"))
        server.listen()
        code = f"""
            import socket
            try:
                socket.socket(socket.AF_UNIX).connect({str(tmp_path / "bus")!r})
                found = "connected"
            except OSError:
                found = "refused"
        """
        assert found_by(tmp_path, code) == "refused"


def test_worker_has_no_network_where_namespaces_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyseccomp")
    file = tmp_path / "hostile.pdf"
    file.write_text(
        textwrap.dedent(
            """
            # %PDF-
            import ctypes, socket
            found = []
            for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
                try:
                    socket.socket(family)
                    found.append("opened")
                except PermissionError:
                    found.append("refused")
            found.append(ctypes.CDLL(None).ptrace(0, 0, 0, 0))  # "my parent may trace me"
            """
        )
    )
    code = f"""
        import json, pyseccomp
        from pathlib import Path
        from reader.pdfs.text.process import PdfReader, unlimited
        refused = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        refused.add_rule(pyseccomp.ERRNO(1), "unshare")
        refused.load()
        with PdfReader() as reader:
            print(json.dumps([*reader._ask("read", Path({str(file)!r})), unlimited()]))
    """
    *found, still_open = ran_apart(code)
    assert found == [*["refused"] * 4, -1]
    assert "network" not in still_open
    assert "processes" in still_open


def test_worker_opens_few_files(tmp_path: Path) -> None:
    found = found_by(
        tmp_path,
        """
        import os
        found = 0
        try:
            for found in range(10_000):
                last = os.open("/dev/null", os.O_RDONLY)
        except OSError:
            os.closerange(last - found + 1, last + 1)
        """,
    )
    assert 30 < found < 64


def test_worker_cannot_take_8_gb(tmp_path: Path) -> None:
    code = """
        try:
            found = len(bytearray(8_000_000_000))
        except MemoryError:
            found = "refused"
    """
    assert found_by(tmp_path, code) == "refused"


def test_worker_cannot_raise_its_limits(tmp_path: Path) -> None:
    code = """
        import resource
        found = []
        for name in ("AS", "NOFILE", "CORE", "FSIZE"):
            try:
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (10**11, 10**11))
                found.append(name)
            except (ValueError, OSError):
                pass
    """
    assert found_by(tmp_path, code) == []


def test_worker_cannot_use_the_processor_for_ever(tmp_path: Path) -> None:
    """The kernel ends it where no caller does."""
    code = """
        import resource
        found = resource.getrlimit(resource.RLIMIT_CPU)[0]
    """
    assert 60 <= found_by(tmp_path, code) <= 80


def test_worker_starts_few_processes() -> None:
    """The limit does not hold for root, so the process becomes another user before."""
    code = """
        import json, os, signal, time
        from reader.pdfs.text import process, worker
        if not os.getuid():
            os.setresuid(65534, 65534, 65534)
        still_open, children = worker.restrict(process.MAX_BYTES), []
        try:
            for _ in range(200):
                child = os.fork()
                if not child:
                    time.sleep(60)
                    os._exit(0)
                children.append(child)
        except OSError:
            pass
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        print(json.dumps([still_open, len(children)]))
    """
    still_open, n = ran_apart(code)
    if "processes" in still_open:
        pytest.skip("this kernel gives no namespace")
    assert n == 15


def test_worker_writes_and_deletes_nothing(tmp_path: Path) -> None:
    if "writing" in open_to_it():
        pytest.skip("this kernel has no Landlock")
    theirs = tmp_path / "note.md"
    theirs.write_text("words")
    code = f"""
        import os
        from pathlib import Path
        mine, theirs = Path({str(tmp_path / "new")!r}), Path({str(theirs)!r})
        found = []
        for act in (
            mine.touch, mine.mkdir, theirs.unlink, lambda: theirs.rename(mine),
            lambda: os.truncate(theirs, 0), lambda: os.symlink(theirs, mine),
            lambda: theirs.open("a"), lambda: os.link(theirs, mine),
        ):
            try:
                act()
                found.append("done")
            except OSError:
                found.append("refused")
    """
    assert found_by(tmp_path, code) == ["refused"] * 8
    assert theirs.read_text() == "words"


def test_worker_fills_no_file_that_it_has_open(tmp_path: Path) -> None:
    """A profiler's log may grow; nothing may where files cannot be refused at their opening."""
    code = """
        import os
        handle, found = os.memfd_create("memory"), []
        for n_bytes in (10, 17 * 1024**2):
            try:
                os.ftruncate(handle, n_bytes)
                found.append("done")
            except OSError:
                found.append("refused")
    """
    small = "refused" if "writing" in open_to_it() else "done"
    assert found_by(tmp_path, code) == [small, "refused"]


def test_worker_finds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in its environment, nor in files that the caller has open, nor in the caller."""
    monkeypatch.setenv("S2_API_KEY", "s3cret-key")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret-proxy@proxy")
    with open(tmp_path / "held", "w+") as paper:
        os.set_inheritable(paper.fileno(), True)
        code = """
            import os
            environ = dict(os.environ)
            handles = []
            for handle in range(256):
                try:
                    handles.append(os.fstat(handle).st_ino)
                except OSError:
                    pass
            looked = {}
            for name in ("environ", "mem", "maps"):
                try:
                    with open(f"/proc/{os.getppid()}/{name}", "rb") as file:
                        looked[name] = "opened"
                except OSError:
                    looked[name] = "refused"
            with open("/proc/self/cmdline") as file:
                arguments = file.read().split(chr(0))[1:-3]
            found = [sorted(environ), handles, looked, arguments]
        """
        names, handles, looked, arguments = found_by(tmp_path, code)
    assert arguments == ["-P", "-m", "reader.pdfs.text.worker"]  # and two numbers
    own = {"PYTHONPATH", "PYTHONUSERBASE", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"}
    assert set(names) - set(process._NEEDED) == own
    assert (tmp_path / "held").stat().st_ino not in handles
    # Its pipes and /dev/null, the pipe of its answers, that of its caller's end, and Landlock's.
    assert len(handles) <= 7
    if "writing" not in open_to_it():
        assert looked == dict.fromkeys(("environ", "mem", "maps"), "refused")


def test_worker_signals_nobody(tmp_path: Path) -> None:
    if "writing" in open_to_it():
        pytest.skip("this kernel has no Landlock")
    code = """
        import os
        try:
            os.kill(os.getppid(), 0)
            found = "reached"
        except OSError:
            found = "refused"
    """
    assert found_by(tmp_path, code) == "refused"


def test_bytes_that_end_early_are_no_answer(tmp_path: Path) -> None:
    code = """
        import os
        os.write(3, b'{"n_bytes": 9}\\nabc')
        os._exit(0)
    """
    with pytest.raises(PdfError) as error:
        found_by(tmp_path, code)
    assert error.value.kind == "crash"
