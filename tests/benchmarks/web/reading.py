"""Measure the page on which a PDF is read: its first page, its scroll, its words, its memory.

Chromium at the size of a tablet, on PDFs of the data and on a thesis of 500 pages made of them.
The shortest times are the figures: they say what the program needs, not what else ran.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from reader.library.folder import open_library
from reader.library.highlight import OWN, Highlight, MarkEdits, VisibleMark
from reader.library.rows import papers, pdfs
from reader.morning.pick import decide_rows
from reader.pdfs.mark import COLOURS
from reader.pdfs.text.lines import NOT_TEXT, with_ligatures
from reader.pdfs.text.process import PdfReader
from tests.benchmarks.frame import DataMissing, Miss, Options, Result
from tests.benchmarks.web.asking import Client, cpu_s, ended_cpu_s, family, memory_mb
from tests.benchmarks.web.pages import BAR_MS as PAGE_BAR_MS
from tests.benchmarks.web.paint import chromium_browser
from tests.benchmarks.web.server import checked
from tests.samples import DAY, FEEDS_TOML, NOW, new_database, paper
from tests.web.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST_BAR_MS, BLANK_BAR_MS, MEMORY_BAR_MB, CPU_BAR_MS, SAME_FLOOR = 300.0, 100.0, 200.0, 40.0, 99.5
OF_A_PAGE = (
    "/pdf/{}/page/{n}.webp?width={width}&v={stamp}&marks=0",
    "/pdf/{}/page/{n}.json?v={stamp}",
)
OF_A_PDF = (
    *("/pdf/{}/read", "/pdf/{}/pages.json", "/pdf/{}/marks.json", "/pdf/{}/page/1"),
    *("/pdf/{}/page/1.png", "/pdf/{}/page/1/citations.json", "/pdf/{}/contents.json"),
    *("/pdf/{}/find.json?q=speech", "/pdf/{}/reflow?of=pdf"),
)
WHOLE = OF_A_PDF[-3:]
"""For these all pages of the file are read, as much as for one page each, once."""
N_MARKS = 100
THESIS_PAGES = 500
SPEED_PX_S = 300
"""Of the scroll: a page in four seconds, as one who looks for something reads."""
N_WALKS = 3
SEED = 11
WAIT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """A served library. files: the PDFs by the ids of their papers; the thesis is the last."""

    serving: Serving
    files: dict[str, Path]

    @property
    def thesis(self) -> str:
        return list(self.files)[-1]


def measure(options: Options) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing without PDFs or Chromium."""
    n_files, n_pages = (8, 2) if options.is_quick else (60, 3)
    with _shelf(options, n_files) as shelf, chromium_browser() as browser:
        return [
            _first_page(shelf, browser),
            _scroll(shelf, browser),
            _memory(shelf, browser, rest_ms=250),
            _memory(shelf, browser, rest_ms=800),
            _memory_of_scroll(shelf, browser),
            _memory_of_scroll(shelf, browser, rest_ms=1_000),
            _memory_of_thumbnails(shelf, browser),
            _cpu(shelf),
            *_cpu_of_others(shelf),
            _words(shelf, browser, n_pages),
            _written_marks(shelf),
        ]


@contextmanager
def _shelf(options: Options, n: int) -> Iterator[Shelf]:
    import pymupdf

    several = sorted((options.data / "files/papers").glob("*.pdf"))
    if not several:
        raise DataMissing("files/papers")
    random.Random(SEED).shuffle(several)
    with TemporaryDirectory(prefix="asayomi-reading-") as place:
        folder = Path(place) / "library"
        (folder / "papers").mkdir(parents=True)
        (folder / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
        new_database(folder).close()
        thesis = Path(place) / "thesis.pdf"
        with pymupdf.open() as made:
            for path in several * 9:
                with pymupdf.open(path) as part:
                    made.insert_pdf(part, to_page=THESIS_PAGES - made.page_count - 1)
                if made.page_count >= THESIS_PAGES:
                    break
            made.save(thesis)
        chosen = [*several[:n], thesis]
        with open_library(folder, now=lambda: NOW) as library:
            known = [paper(row, f"Paper {row}") for row in range(1, len(chosen) + 1)]
            papers.add_papers(library.db, known, source="arXiv", on=DAY)
            decide_rows(library, "pick", range(1, len(chosen) + 1))
            for row, path in enumerate(chosen, 1):
                content = path.read_bytes()
                (folder / f"papers/{row}.pdf").write_bytes(content)
                pdf = pdfs.Pdf(row, f"papers/{row}.pdf", hashlib.sha256(content).hexdigest())
                pdfs.add_pdf(library.db, pdf, n_bytes=len(content), at=NOW)
        with Serving(folder, NOW) as serving:
            ids = [one.id for one in known]
            yield Shelf(serving, dict(zip(ids, chosen, strict=True)))


@contextmanager
def _page(browser: Browser, *, script: str = "") -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 820, "height": 1180}, device_scale_factor=2, service_workers="block"
    )
    context.set_default_timeout(WAIT_MS)
    if script:
        context.add_init_script(script)
    try:
        yield context.new_page()
    finally:
        context.close()


_PAINTED = """
const now = () => performance.timeOrigin + performance.now();
addEventListener("click", () => sessionStorage.setItem("tap", now()), true);
const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.body.dataset.tookMs ??= now() - Number(sessionStorage.getItem("tap"));
}));
new MutationObserver(() => { if (document.querySelector(".desk .full")) painted(); })
  .observe(document, {childList: true, subtree: true, attributeFilter: ["class"]});
"""


def _first_page(shelf: Shelf, browser: Browser) -> Result:
    times = []
    for id_ in [*list(shelf.files)[:8], shelf.thesis]:
        with _page(browser, script=_PAINTED) as page:
            page.goto(f"{shelf.serving.url}/paper/{id_}", wait_until="networkidle")
            page.wait_for_timeout(500)
            page.click("#read-pdf", no_wait_after=True)
            page.wait_for_url("**/read")
            page.wait_for_selector("body[data-took-ms]")
            times.append(float(page.evaluate("document.body.dataset.tookMs")))
    return Result(
        "a PDF's first page on the screen after the tap",
        min(times),
        "ms",
        bar=FIRST_BAR_MS,
        median=statistics.median(times),
        note=f"shortest of {len(times)}, one a thesis; the longest {max(times):.0f} ms",
    )


_SCROLLED = """([speed, ms]) => new Promise(done => {
  const desk = document.querySelector(".desk");
  const begin = performance.now();
  const blank = new Map();
  let longest = 0, last = begin, frames = 0, slow = 0;
  const step = now => {
    desk.scrollTop += speed * (now - last) / 1000;
    slow = Math.max(slow, now - last); last = now; frames += 1;
    for (const sheet of document.querySelectorAll(".sheet")) {
      // Sheets far away are hidden, and have no box.
      const top = /, ([0-9.]+)px/.exec(sheet.style.transform)[1] - desk.scrollTop;
      const isSeen = top + parseFloat(sheet.style.height) > 20 && top < desk.clientHeight - 20;
      if (!isSeen || sheet.querySelector(".picture canvas")) { blank.delete(sheet); continue; }
      if (!blank.has(sheet)) blank.set(sheet, now);
      longest = Math.max(longest, now - blank.get(sheet));
    }
    if (now - begin < ms) requestAnimationFrame(step); else done({longest, frames, slow});
  };
  requestAnimationFrame(step);
})"""


def _scroll(shelf: Shelf, browser: Browser) -> Result:
    found = []
    for id_ in [*list(shelf.files)[8:11], shelf.thesis][-4:]:
        with _page(browser) as page:
            page.goto(f"{shelf.serving.url}/pdf/{id_}/read")
            page.wait_for_selector(".picture .full")
            found.append(page.evaluate(_SCROLLED, [SPEED_PX_S, 12_000]))
    longest = [float(one["longest"]) for one in found]
    return Result(
        "blank while a PDF is scrolled at reading speed",
        statistics.median(longest),
        "ms",
        bar=BLANK_BAR_MS,
        note=f"median of {len(found)} PDFs, the longest {max(longest):.0f} ms; the longest frame"
        f" {max(one['slow'] for one in found):.0f} ms; {SPEED_PX_S} px/s",
    )


def _memory(shelf: Shelf, browser: Browser, *, rest_ms: int) -> Result:
    """Go through the whole thesis three times, each in a page of its own, and weigh its process.

    rest_ms: at each tenth page. Chromium's program is weighed too; what waits for its collector
    differs by some 30 MB from walk to walk.
    """
    walks = [_walk(shelf, browser, rest_ms) for _ in range(N_WALKS)]
    sizes = [size for size, _, _ in walks]
    _, empty, n_pictures = walks[-1]
    return Result(
        f"a thesis of 500 pages in the browser, after a walk through it, {rest_ms} ms a page",
        statistics.median(sizes),
        "MB",
        bar=MEMORY_BAR_MB,
        note=f"median of {N_WALKS}, the most {max(sizes):.0f}; PSS of the page's process; an empty"
        f" page's {empty:.0f} MB; {n_pictures} pictures",
    )


def _walk(shelf: Shelf, browser: Browser, rest_ms: int) -> tuple[float, float, int]:
    """Give the MB of the page's process at the end, those of an empty page, and the pictures."""
    with _page(browser) as page:
        empty = max(_renderers(browser))
        page.goto(f"{shelf.serving.url}/pdf/{shelf.thesis}/read")
        page.wait_for_selector(".picture .full")
        for n in range(1, THESIS_PAGES, 10):
            page.evaluate("n => { location.hash = `page=${n}`; }", n)
            page.wait_for_timeout(rest_ms)
        page.wait_for_timeout(2_000)
        n_pictures = page.evaluate("document.querySelectorAll('.sheet canvas').length")
        return max(_renderers(browser)), empty, n_pictures


_MOVED = """([speed, ms, rest]) => new Promise(done => {
  const desk = document.querySelector(".desk");
  const begin = performance.now();
  let last = begin;
  const step = now => {
    if ((now - begin) % 1500 >= rest) desk.scrollTop += speed * (now - last) / (1000 - rest / 1.5);
    last = now;
    if (now - begin < ms) requestAnimationFrame(step); else done();
  };
  requestAnimationFrame(step);
})"""
"""As `_SCROLLED`, but it looks at no page: what it made of each frame would be weighed too."""


def _memory_of_scroll(shelf: Shelf, browser: Browser, *, rest_ms: int = 0) -> Result:
    """Scroll slowly for a minute, and weigh the page's process every three seconds.

    rest_ms: in each second and a half; then the pages move faster between.
    """
    with _page(browser) as page:
        page.goto(f"{shelf.serving.url}/pdf/{shelf.thesis}/read")
        page.wait_for_selector(".picture .full")
        sizes = []
        for _ in range(20):
            page.evaluate(_MOVED, [SPEED_PX_S, 3_000, rest_ms])
            sizes.append(max(_renderers(browser)))
        how = "with rests" if rest_ms else "without a rest"
        return _weighed(f"a minute of slow scrolling through it, {how}", sizes, page, browser)


def _memory_of_thumbnails(shelf: Shelf, browser: Browser) -> Result:
    """Go through all small pictures, and weigh the process after every twenty."""
    with _page(browser) as page:
        page.goto(f"{shelf.serving.url}/pdf/{shelf.thesis}/read")
        page.wait_for_selector(".picture .full")
        page.keyboard.press("t")
        sizes = []
        for n in range(1, THESIS_PAGES, 20):
            page.evaluate(f"document.querySelector('#thumbs [data-n=\"{n}\"]').scrollIntoView()")
            page.wait_for_timeout(500)
            sizes.append(max(_renderers(browser)))
        return _weighed("all of its thumbnails", sizes, page, browser)


def _weighed(what: str, sizes: list[float], page: Page, browser: Browser) -> Result:
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    left = max(_renderers(browser))
    return Result(
        f"{what}: the most",
        max(sizes),
        "MB",
        bar=MEMORY_BAR_MB,
        median=statistics.median(sizes),
        note=f"PSS of the page's process, {len(sizes)} times; {left:.0f} MB after a collection",
    )


def _renderers(browser: Browser) -> list[float]:
    """Weigh the processes that show pages, in MB of PSS."""
    known = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [memory_mb(one["id"])[0] for one in known if one["type"] == "renderer"]


def _cpu(shelf: Shelf) -> Result:
    """Ask for all that a page of a PDF needs, and count the server's and its workers' CPU.

    PyMuPDF's own picture as PNG and its list of words, of the same pages, are the measure beside.
    """
    client = Client(shelf.serving.port)
    spent: dict[int, list[float]] = {1200: [], 1800: []}
    plain = []
    client.get(f"/pdf/{next(iter(shelf.files))}/pages.json")  # starts the processes
    for id_, path in list(shelf.files.items())[:12]:
        facts = client.get(f"/pdf/{id_}/pages.json").json()
        n = min(6, facts["n_pages"])
        for width, several in spent.items():
            begin = _spent_s(shelf)
            for number in range(1, n + 1):
                for part in OF_A_PAGE:
                    client.get(part.format(id_, n=number, width=width, stamp=facts["stamp"]))
            several.append((_spent_s(shelf) - begin) / n * 1000)
        plain.append(_plain_ms(path, n, 1200))
    client.close()
    ratios = [ours / theirs for ours, theirs in zip(spent[1200], plain, strict=True)]
    return Result(
        "CPU of the server for a page of a PDF, 1200 pixels wide, with its words: median",
        statistics.median(spent[1200]),
        "ms",
        bar=CPU_BAR_MS,
        ratio=statistics.median(ratios),
        note=f"of {len(plain)} PDFs, with the drawing processes; the least {min(spent[1200]):.0f};"
        f" the ratio is to PyMuPDF's picture as PNG and its words, {statistics.median(plain):.0f};"
        f" words are kept for 1800 pixels: {statistics.median(spent[1800]):.0f}",
    )


def _plain_ms(path: Path, n_pages: int, width: int) -> float:
    """Draw some pages and list their words as PyMuPDF does; the CPU of one page."""
    import pymupdf

    begin = time.process_time()
    with pymupdf.open(path) as file:
        for page in file.pages(0, n_pages):
            scale = width / page.rect.width
            page.get_pixmap(matrix=pymupdf.Matrix(scale, scale)).tobytes("png")
            page.get_text("words")
    return (time.process_time() - begin) / n_pages * 1000


def _cpu_of_others(shelf: Shelf) -> Iterator[Result]:
    """Ask once for what else a PDF has, of the PDFs that nothing was asked about yet."""
    import pymupdf

    client = Client(shelf.serving.port)
    for address in OF_A_PDF:
        spent = []
        for id_, path in list(shelf.files.items())[:-1][-5:]:
            with pymupdf.open(path) as file:
                n = file.page_count if address in WHOLE else 1
            begin = _spent_s(shelf)
            checked(client.get, address.format(id_))
            spent.append((_spent_s(shelf) - begin) / n * 1000)
        is_drawn = address in WHOLE or address.endswith(".png")
        yield Result(
            f"{address}: CPU of the server{' for each page' if address in WHOLE else ''}",
            min(spent),
            "ms",
            bar=CPU_BAR_MS if is_drawn else PAGE_BAR_MS,
            median=statistics.median(spent),
            note=f"least of {len(spent)} PDFs, with the drawing processes",
        )
    client.close()


def _with_words(file: Any) -> Iterator[Any]:
    """Give the pages that have enough words to be marked: a scan has none."""
    return (page for page in file if len(page.get_text("words")) > 20)


def _has_words(path: Path) -> bool:
    import pymupdf

    with pymupdf.open(path) as file:
        return any(True for _ in _with_words(file))


def _written_marks(shelf: Shelf) -> Result:
    """Mark runs of words, write them into a copy of the PDF, and read them from the copy."""
    import pymupdf

    draw, made_at = random.Random(SEED), datetime(2025, 6, 4, 6, 30, tzinfo=UTC)
    misses: list[Miss] = []
    several = list(shelf.files.values())[:-1]
    files = draw.choices([path for path in several if _has_words(path)], k=N_MARKS)
    with PdfReader() as reader, TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.pdf"
        for n, path in enumerate(files):
            with pymupdf.open(path) as file:
                page = draw.choice([*_with_words(file)])
                words = page.get_text("words")
                begin = draw.randrange(len(words) - 12)
                run = words[begin : begin + draw.randint(1, 12)]
                boxes = [tuple(pymupdf.Rect(w[:4]) * page.rotation_matrix) for w in run]
                number = page.number + 1
            under = reader.words_under(path, number, boxes)
            made = replace(
                under,
                kind=draw.choice(("highlight", "underline")),
                colour=draw.choice(COLOURS),
                note=draw.choice(("", f"Why so? なぜ {n}")),
                name=f"{OWN}{n:032}",
            )
            wanted = MarkEdits(add=(VisibleMark(n + 1, made, made_at, None),))
            copy.write_bytes(reader.with_marks(path, wanted, ()))
            read = [one for one in reader.marks(copy).highlights if one.name == made.name]
            if [_fields(one) for one in read] != [_fields(made)]:
                got = "; ".join(str(_fields(one)) for one in read) or "no mark"
                misses.append(Miss(f"{path.name} p. {number}", str(_fields(made)), got))
    return Result(
        "marks that are read from a copy as they were made",
        N_MARKS - len(misses),
        f"of {N_MARKS}",
        floor=float(N_MARKS),
        misses=tuple(misses),
    )


def _fields(mark: Highlight) -> tuple[object, ...]:
    return mark.page, mark.kind, mark.text, mark.note, mark.colour


def _spent_s(shelf: Shelf) -> float:
    # A drawing process is replaced after some files: what it used counts on.
    server = shelf.serving.pid
    return sum(cpu_s(pid) for pid in family(server)) + ended_cpu_s(server)


_SELECTED = """n => {
  const module = document.querySelector('link[rel=modulepreload][href*="select.js"]').href;
  return import(module).then(({selectedText}) => {
    const found = [];
    const viewer = {element: document.querySelector(".desk")};
    let begin = null;
    for (const word of document.querySelectorAll(`#page-${n} .words span`)) {
      begin ??= word.firstChild;
      if (word.dataset.end === undefined) continue;
      getSelection().setBaseAndExtent(begin, 0, word.firstChild, word.textContent.length);
      found.push(selectedText(viewer));
      begin = null;
    }
    getSelection().removeAllRanges();
    return found;
  });
}"""


def _words(shelf: Shelf, browser: Browser, n_pages: int) -> Result:
    """Select each line of some pages, and compare it with PyMuPDF's words of that line."""
    import pymupdf

    draw = random.Random(SEED)
    n = n_same = 0
    misses: list[str] = []
    for id_, path in list(shelf.files.items())[:-1]:
        with pymupdf.open(path) as file, _page(browser) as page:
            numbers = sorted(
                draw.sample(range(1, file.page_count + 1), min(n_pages, file.page_count))
            )
            for number in numbers:
                expected = _lines(pymupdf, file[number - 1])
                page.goto(f"{shelf.serving.url}/pdf/{id_}/read?page={number}")
                page.wait_for_selector(".sheet", state="attached")
                if expected:
                    page.wait_for_selector(f"#page-{number} .words span", state="attached")
                got = page.evaluate(_SELECTED, number)
                left = sorted(got)
                for line in expected:
                    if line in left:
                        left.remove(line)
                        n_same += 1
                    else:
                        misses.append(f"{path.stem} p. {number}: {line[:80]!r}")
                n += len(expected)
    return Result(
        "lines whose selected text is what PyMuPDF reads",
        100 * n_same / max(1, n),
        "%",
        floor=SAME_FLOOR,
        note=f"{n_same} of {n} lines; {'; '.join(misses[:3])}",
    )


def _lines(pymupdf: Any, page: Any) -> list[str]:
    """Join PyMuPDF's words of each line of a page with blanks."""
    lines: dict[tuple[int, int], list[str]] = {}
    flags = pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES
    for word in page.get_text("words", flags=flags):
        lines.setdefault((word[5], word[6]), []).append(NOT_TEXT.sub("", with_ligatures(word[4])))
    # A full-width blank, which MuPDF takes for a letter, is none of a word.
    return [text for words in lines.values() if (text := " ".join(" ".join(words).split()))]
