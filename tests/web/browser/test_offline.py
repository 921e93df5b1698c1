"""Test offline use in Chromium: kept pages, and acts that are sent once."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

import reader
from reader.library.folder import find_paper, open_library
from reader.library.rows import pdfs, queue
from reader.morning.pick import decide
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.web.render import asset
from tests.web.browser.conftest import PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import JAPANESE, PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_firefox import undecided
from tests.web.serving import Serving
from tests.web.world import BEFORE, HOSTILE, NOW

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Error as PlaywrightError

KEPT = """async (address) => {
  for (let n = 0; n < 1200; n++) {
    const list = await caches.match("/device.json"); // it is fetched last
    const page = await caches.match(address);
    if (list && page && navigator.serviceWorker.controller) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""
QUEUE = """async () => {
  const of = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await of(indexedDB.open("reader-queue"));
  const all = await of(db.transaction("acts").objectStore("acts").getAll());
  db.close();
  return all;
}"""


def wait_for(page: Page, predicate: str, value: object = None) -> None:
    """Wait until an async predicate holds; `wait_for_function` takes its promise for true."""
    script = f"""async (value) => {{
      const holds = {predicate};
      for (let n = 0; n < 1200; n++) {{
        if (await holds(value)) return true;
        await new Promise((done) => setTimeout(done, 50));
      }}
      return false;
    }}"""
    assert page.evaluate(script, value), predicate


def opened(context: BrowserContext, served: Serving, address: str = "/") -> Page:
    """Open a page, and wait until the worker has stored its pages."""
    page = context.new_page()
    page.goto(served.url + address)
    assert page.evaluate(KEPT, address)
    return page


def queued(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(QUEUE)
    return found


def wait_for_waiting(page: Page, n: int) -> None:
    """Wait until the page says that n acts wait."""
    page.wait_for_function(
        "(n) => document.getElementById('waiting').textContent.startsWith(`${n} change`)", arg=n
    )
    assert len(queued(page)) == n


def wait_until_sent(page: Page) -> None:
    """Wait until no act waits, and the page shows it."""

    # After a failed try the page waits up to half a minute before the next one. The queue first:
    # before its scripts have run, a page shows nothing either.
    def is_sent() -> bool:
        try:
            return queued(page) == []
        except PlaywrightError as error:  # once a note is sent, its page leads to another one
            if "navigation" not in str(error):
                raise
            return False

    end = time.monotonic() + 60
    while not is_sent():
        assert time.monotonic() < end, queued(page)
        page.wait_for_timeout(50)
    page.wait_for_function("() => document.getElementById('waiting').textContent === ''")


def wait_for_text(page: Page, selector: str, text: str) -> None:
    """Wait until an element contains a text; a script may fill it."""
    page.locator(selector).filter(has_text=text).first.wait_for(state="attached")


def buttons(page: Page) -> list[str]:
    """List the ids of the papers with buttons on today's page."""
    found: list[str] = page.eval_on_selector_all(
        ".deciding[data-state=candidate]", "all => all.map((one) => one.dataset.paper)"
    )
    return found


def press(page: Page, paper: str, kind: str) -> None:
    place = page.locator(f'.deciding[data-paper="{paper}"]')
    place.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    place.locator(f'button[value="{kind}"]').click()
    page.wait_for_selector(f'.deciding[data-paper="{paper}"][data-state="{kind}"]')


def rows(served: Serving, sql: str) -> list[tuple[Any, ...]]:
    with open_library(served.folder) as library:
        return [tuple(row) for row in library.db.read(sql)]


DOUBLE_MS = 600
DECISIONS = """
    SELECT canonical, kind FROM decisions JOIN papers ON papers.id = decisions.paper
    WHERE on_date = (SELECT max(on_date) FROM decisions) ORDER BY decisions.id
"""


def test_offline_decisions_arrive_once_and_in_order(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    page = opened(context, served)
    first, second, third = buttons(page)[:3]
    served.kill()
    press(page, first, "pick")
    press(page, second, "skip")
    press(page, third, "pick")
    page.wait_for_timeout(600)  # sooner it is the second half of a double tap
    page.locator(f'.deciding[data-paper="{third}"] .undo').click()
    page.wait_for_selector(f'.deciding[data-paper="{third}"][data-state="candidate"]')
    wait_for_waiting(page, 4)
    wait_for_text(page, "#waiting", "4 changes wait to be sent.")
    # Closed, and opened again while the server is still away.
    page.close()
    page = context.new_page()
    page.goto(served.url + "/")
    wait_for_text(page, "#as-of", "Offline")
    page.wait_for_selector(f'.deciding[data-paper="{first}"][data-state="pick"]')
    assert [one["address"] for one in queued(page)] == ["/decide", "/decide", "/decide", "/undo"]
    page.close()
    served.start()
    page = context.new_page()
    page.goto(served.url + "/")
    wait_until_sent(page)
    assert rows(served, DECISIONS) == [
        (first, "pick"),
        (second, "skip"),
        (third, "pick"),
        (third, "undo"),
    ]
    assert rows(served, "SELECT count(*) FROM arrivals") == [(4,)]


def test_papers_of_the_queue_are_dropped_without_a_network(
    visitor: Visitor, served: Serving
) -> None:
    with open_library(served.folder, now=lambda: BEFORE) as library:
        first, second = several = undecided(library)[:2]
        titles = [paper.record.title for paper in decide(library, "pick", several)]
    page = opened(visitor.context(), served, "/queue")
    served.kill()
    page.goto(served.url + "/queue")
    wait_for_text(page, "#as-of", "Offline")
    for n, id_ in enumerate(several, 1):
        page.locator(f"button[value='{id_}']:not([formaction])").click()
        wait_for_waiting(page, n)
    acts = queued(page)
    assert [(one["address"], dict(one["fields"])["id"]) for one in acts] == [
        ("/decide", first),
        ("/decide", second),
    ]
    assert [one["title"] for one in acts] == titles
    served.start()
    wait_until_sent(page)
    with open_library(served.folder) as library:
        assert [find_paper(library, id_).state for id_ in several] == ["skip", "skip"]


def test_each_button_of_one_form_sends_an_act_of_its_own(visitor: Visitor, served: Serving) -> None:
    with open_library(served.folder, now=lambda: NOW) as library:
        several = undecided(library)[:2]
        decide(library, "pick", several)
    page = visitor.context(service_workers="block").new_page()
    sent: list[dict[str, list[str]]] = []

    def stay(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or ""))
        route.fulfill(status=204)

    page.route("**/decide", stay)
    page.goto(served.url + "/queue")
    for id_ in (*several, several[0]):
        with page.expect_response("**/decide"):
            page.locator(f"button[value='{id_}']:not([formaction])").click()
    assert [one["id"] for one in sent] == [[several[0]], [several[1]], [several[0]]]
    first, second, again = (one["act"] for one in sent)
    assert first == again != second


def test_a_paper_is_added_behind_the_page_and_waits_for_a_network(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context(size=PHONE)
    opened(context, served)
    page = context.new_page()
    [(id_,)] = rows(served, "SELECT canonical FROM papers ORDER BY id LIMIT 1")
    page.goto(f"{served.url}/add?url=https://arxiv.org/abs/2506.99321")
    page.fill("#what", id_)
    page.get_by_role("button", name="Add", exact=True).click()
    wait_for_text(page, "#outcome", "The paper was already here.")
    assert page.get_attribute("#outcome a", "href") == f"/paper/{id_}"
    page.goto(f"{served.url}/add?url=https://arxiv.org/abs/2506.99321")
    served.kill()
    page.get_by_role("button", name="Add", exact=True).click()
    wait_for_text(page, "#outcome", "sent when you are online")
    [one] = queued(page)
    assert (one["address"], one["title"]) == ("/papers/add", "arxiv:2506.99321")
    page.goto(f"{served.url}/offline")
    wait_for_text(page, "#queue li", "Add a paper arxiv:2506.99321")


def test_a_page_that_is_not_kept_says_so(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    page = opened(context, served)
    missing = page.get_by_text("Not saved on this device: ")
    page.goto(f"{served.url}/offline")
    expect(missing).to_be_hidden()
    served.kill()
    for address, is_missing in (("/week", True), ("/offline", False), ("/stats", True)):
        page.goto(served.url + address)
        expect(page.get_by_role("heading", name="Saved pages")).to_be_visible()
        expect(missing).to_be_visible(visible=is_missing)
    page.goto(f"{served.url}/paper/arxiv:9912.00001")
    expect(missing).to_contain_text("Not saved on this device: arxiv:9912.00001.")
    page.goto(f"{served.url}/triage")
    expect(page.locator("#stack")).to_be_visible()
    expect(missing).to_have_count(0)


def test_a_lost_answer_causes_no_second_decision(visitor: Visitor, served: Serving) -> None:
    context = visitor.context()
    page = opened(context, served)
    answers: list[dict[str, Any]] = []

    def lose(route: Any) -> None:
        answers.append(route.fetch().json())
        route.abort()

    # The server does it, and its answer does not come through.
    context.route("**/decide", lose, times=1)
    [paper] = buttons(page)[:1]
    with context.expect_event("response", lambda r: r.url.endswith("/decide")) as again:
        press(page, paper, "pick")
        page.wait_for_function(
            "() => document.getElementById('notice').textContent.startsWith('Offline')"
        )
        wait_until_sent(page)
    assert rows(served, DECISIONS) == [(paper, "pick")]
    answers.append(again.value.json())
    assert [answer.get("repeated", False) for answer in answers] == [False, True]


DAMAGED = (
    "no JSON",
    "null",
    '{"address": "/decide", "pairs": null, "more": {}}',
    '{"address": "/decide", "pairs": [["id", "x"]], "more": {}}',
    '{"address": "/decide", "pairs": [["act", 7]], "more": {}}',
    '{"address": "https://elsewhere.example/decide", "pairs": [["act", "a"]], "more": {}}',
    '{"address": "/door/leave", "pairs": [["act", "a"]], "more": {}}',
)


@pytest.mark.slow
def test_what_was_unsent_is_sent_and_damaged_entries_beside_it_go(
    visitor: Visitor, served: Serving
) -> None:
    page = opened(visitor.context(), served)
    [paper] = buttons(page)[:1]
    whole = {
        "address": "/decide",
        "pairs": [["id", paper], ["kind", "skip"], ["act", "f" * 32]],
        "more": {"made_at": "2099-01-01T00:00:00Z"},
        "n": 9,
    }
    entries = {f"unsent {n}": text for n, text in enumerate([*DAMAGED, json.dumps(whole)])}
    page.evaluate(
        "(all) => Object.entries(all).forEach(([key, text]) => localStorage.setItem(key, text))",
        entries,
    )
    page.reload()
    wait_until_sent(page)
    assert rows(served, DECISIONS) == [(paper, "skip")]
    assert not page.evaluate("Object.keys(localStorage).some((one) => one.startsWith('unsent'))")


@pytest.mark.slow
def test_an_undo_waits_for_the_decision_that_it_takes_back(
    visitor: Visitor, served: Serving
) -> None:
    page = opened(visitor.context(), served)
    pending: list[Any] = []
    page.route("**/decide", lambda route: pending.append(route), times=1)
    [paper] = buttons(page)[:1]
    press(page, paper, "pick")
    page.wait_for_timeout(DOUBLE_MS)  # sooner it is the second half of a double tap
    page.locator(f'.deciding[data-paper="{paper}"] .undo').click()
    while not pending:
        page.wait_for_timeout(20)
    with page.expect_response("**/undo"):
        pending[0].continue_()
    assert rows(served, DECISIONS) == [(paper, "pick"), (paper, "undo")]


@pytest.mark.slow
def test_an_answer_of_another_server_that_fails_holds_up_nothing(
    visitor: Visitor, served: Serving
) -> None:
    visitor.may_fail = {502}
    page = opened(visitor.context(), served)
    page.route(
        "**/papers/add",
        lambda route: route.fulfill(status=502, json={"error": "arXiv: no answer", "hint": ""}),
    )
    script = """async ([address, library]) => {
      const { keep } = await import(address);
      const library = document.getElementById("offline").dataset.of;
      await keep("/papers/add", [["what", "2401.01234"], ["act", "0".repeat(32)]], { library });
    }""".replace("[address, library]", "address")
    page.evaluate(script, asset("queue.js"))
    [paper] = buttons(page)[:1]
    with page.expect_response("**/decide"):
        press(page, paper, "pick")
    wait_for_text(page, "#waiting", "1 change was not accepted.")
    assert [one["said"] for one in queued(page)] == ["arXiv: no answer"]
    assert rows(served, DECISIONS) == [(paper, "pick")]


@pytest.mark.slow
def test_a_refused_act_is_shown_until_it_is_dismissed(visitor: Visitor, served: Serving) -> None:
    visitor.may_fail = {404}
    context = visitor.context()
    page = opened(context, served)
    served.kill()
    page.evaluate(
        """async (address) => {
          const { send } = await import(address);
          await send("/decide", { id: "arxiv:2611.99999", kind: "pick" }, "Not here");
        }""",
        asset("reader.js"),
    )
    served.start()
    page.goto(served.url + "/offline")
    page.wait_for_selector("#queue .said")
    wait_for_text(page, "#queue .said", "not in this library")
    wait_for_text(page, "#waiting", "1 change was not accepted.")
    page.reload()
    page.locator("#queue .drop").click()
    wait_until_sent(page)
    page.wait_for_selector("#queue li", state="detached")


@pytest.mark.slow
def test_a_later_decision_on_another_device_stands_and_is_reported(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context()
    page = opened(context, served)
    [paper] = buttons(page)[:1]
    context.set_offline(True)
    press(page, paper, "pick")
    wait_for_waiting(page, 1)
    with open_library(served.folder, now=lambda: NOW) as library:
        decide(library, "skip", [paper])
    context.set_offline(False)
    page.reload()
    page.wait_for_function(
        "() => document.getElementById('waiting').textContent === '1 message about sent changes.'"
    )
    page.locator("a.waiting").click()
    page.wait_for_selector("#queue .said")
    wait_for_text(page, "#queue .said", "a later decision from elsewhere")
    page.locator("#queue .drop").click()
    wait_until_sent(page)
    assert rows(served, "SELECT kind FROM decisions ORDER BY id DESC LIMIT 3") == [
        ("undo",),
        ("pick",),
        ("skip",),
    ]


def test_todays_list_and_picked_papers_can_be_read_offline(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context()
    page = opened(context, served)
    carried = page.evaluate(
        "async () => (await (await caches.match('/offline.json')).json()).pages"
    )
    titles = page.locator("h3.title").all_text_contents()
    changes = "/paper/" + (page.locator(".paper").first.get_attribute("data-id") or "") + "/changes"
    other = opened(context, served, changes)
    named_so = other.title()
    other.close()
    served.kill()
    page.goto(served.url + "/")
    assert page.locator("h3.title").all_text_contents() == titles
    assert re.fullmatch(
        r"Offline: this page is from \d\d:\d\d\.", page.locator("#as-of").text_content() or ""
    )
    for address in [one["address"] for one in carried if one["address"].count("/") > 1]:
        page.goto(served.url + address)
        page.wait_for_function("() => document.getElementById('as-of').textContent !== ''")
        assert page.locator("h1").count() == 1, address
    page.goto(served.url + "/stats")
    wait_for_text(page, "h1", "Offline")
    page.wait_for_function(
        "(n) => document.querySelectorAll('#kept a').length >= n", arg=len(carried)
    )
    named = page.locator("#kept a").evaluate_all("all => all.map((a) => a.firstChild.textContent)")
    assert {"Search", named_so} <= {*named}
    assert not [name for name in named if name.endswith("reader")]


def newer(folder: Path) -> Path:
    """Copy the program with one file of the pages changed; returns what PYTHONPATH needs."""
    copy = Path(shutil.copytree(Path(reader.__file__).parent, folder / "newer" / "reader"))
    with (copy / "web" / "static" / "today.css").open("a", encoding="utf-8") as file:
        file.write("main { --newer: 1; }\n")
    return copy.parent


def test_a_new_version_replaces_the_old_service_worker(
    visitor: Visitor, served: Serving, tmp_path: Path
) -> None:
    page = opened(visitor.context(), served)
    before = page.evaluate("async () => (await caches.keys()).sort()")
    [files] = [name for name in before if name.startswith("files-")]
    assert {"pages", "pictures", "texts"} <= set(before)
    served.kill()
    served.env = {"PYTHONPATH": str(newer(tmp_path))}
    served.start()
    page.goto(served.url)
    wait_for(page, "async (old) => !(await caches.has(old))", files)
    after = page.evaluate("async () => (await caches.keys()).sort()")
    assert len([name for name in after if name.startswith("files-")]) == 1
    assert set(before) - set(after) == {files}
    served.kill()
    page.goto(served.url)
    wait_for_text(page, "#as-of", "Offline")
    main = "getComputedStyle(document.querySelector('main')).getPropertyValue('--newer')"
    assert page.evaluate(main) == "1"


def test_no_worker_is_installed_before_the_sign_in(visitor: Visitor, library: Path) -> None:
    # It lacks the page that says "offline", so its installation fails, and a page opened
    # meanwhile would wait for it without an end.
    visitor.may_fail = {401}
    with Serving(library, NOW, arguments=["--login"]) as served:
        context = visitor.context()
        context.add_init_script(
            """window.registered = 0;
            const workers = navigator.serviceWorker;
            const register = workers?.register.bind(workers);
            if (workers) workers.register = (...all) => {
              window.registered += 1;
              return register(...all);
            };"""
        )
        page = context.new_page()
        with page.expect_response(lambda answer: answer.url.endswith("/offline.json")) as asked:
            page.goto(f"{served.url}/enter?code={served.code}")
        assert asked.value.status == 401
        assert page.evaluate("window.registered") == 0
        page.locator("form button.main").click()
        page.wait_for_url(served.url + "/")
        page.wait_for_function("() => window.registered === 1")
        assert page.evaluate(KEPT, "/")


@pytest.mark.slow
def test_a_signed_out_device_keeps_no_pages(visitor: Visitor, library: Path) -> None:
    visitor.may_fail = {401, 403}
    with Serving(library, NOW, arguments=["--login"]) as served:
        context = visitor.context()
        page = context.new_page()
        page.goto(f"{served.url}/enter?code={served.code}")
        page.locator("form button.main").click()
        page.wait_for_url(served.url + "/")
        assert page.evaluate(KEPT, "/")
        context.set_offline(True)
        [paper] = buttons(page)[:1]
        press(page, paper, "pick")
        wait_for_waiting(page, 1)
        context.clear_cookies()
        context.set_offline(False)
        page.goto(served.url + "/")
        wait_for(page, "async () => !(await caches.has('pages'))")
        # What was decided waits until one has signed in again.
        assert [one["address"] for one in queued(page)] == ["/decide"]
        assert rows(served, "SELECT count(*) FROM arrivals") == [(0,)]


def test_acts_waiting_for_a_sign_in_say_so(visitor: Visitor, library: Path) -> None:
    visitor.may_fail = {401}
    with Serving(library, NOW, arguments=["--login"]) as served:
        context = visitor.context()
        page = context.new_page()
        page.goto(f"{served.url}/enter?code={served.code}")
        page.locator("form button.main").click()
        page.wait_for_url(served.url + "/")
        first, second, third = buttons(page)[:3]
        cookies: Any = context.cookies()
        context.clear_cookies()
        press(page, first, "pick")
        wait_for_text(page, "#waiting", "1 change waits until you sign in again.")
        press(page, second, "skip")
        wait_for_text(page, "#waiting", "2 changes wait until you sign in again.")
        expect(page.locator("#notice")).not_to_contain_text("Offline")
        expect(page.locator("#notice")).to_contain_text("Sign in again")
        context.set_offline(True)
        press(page, third, "skip")
        wait_for_text(page, "#waiting", "3 changes wait to be sent.")
        context.set_offline(False)
        wait_for_text(page, "#waiting", "3 changes wait until you sign in again.")
        context.add_cookies(cookies)
        page.reload()
        wait_until_sent(page)
        assert rows(served, DECISIONS) == [(first, "pick"), (second, "skip"), (third, "skip")]


@pytest.mark.slow
def test_the_manifest_makes_the_pages_installable(visitor: Visitor, served: Serving) -> None:
    page = opened(visitor.context(), served)
    client = page.context.new_cdp_session(page)
    found = client.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["display"] == "standalone"
    errors = client.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Contexts of tests count as private windows.
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


@pytest.mark.slow
def test_a_note_written_offline_counts_once_and_keeps_what_others_wrote(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context()
    with open_library(served.folder, now=lambda: NOW) as library:
        paper = library.db.read("SELECT canonical FROM papers JOIN notes ON paper = papers.id")[0][
            0
        ]
        before = len(notes.revisions(library.db, find_paper(library, paper).row))
    page = opened(context, served, f"/note/{paper}")
    context.set_offline(True)
    for text in ("First thought. It came early.", "First thought. It came early, and grew."):
        page.locator('textarea[name="text"]').fill(text)
        page.locator(
            'form[action^="/note/"] button.main, form[action^="/note/"] button[type=submit]'
        ).first.click()
        page.wait_for_function(
            "(n) => document.getElementById('waiting').textContent.startsWith(n)",
            arg=str(1 if "grew" not in text else 2),
        )
    page.reload()
    # What waits is read from the browser's store and filled in after the page is there.
    page.wait_for_function(
        "() => document.querySelector('textarea[name=\"text\"]').value.endsWith('and grew.')"
    )
    context.set_offline(False)
    page.reload()
    wait_until_sent(page)
    with open_library(served.folder, now=lambda: NOW) as library:
        library_paper = find_paper(library, paper)
        texts = [note.text for note in notes.revisions(library.db, library_paper.row)]
        assert texts[before:] == [
            "First thought. It came early.",
            "First thought. It came early, and grew.",
        ]
        add_note(library, library_paper, "Elsewhere.")


@pytest.mark.slow
def test_over_plain_http_the_page_says_why_it_keeps_no_pages(
    launch: Callable[..., Any], library: Path
) -> None:
    name = "reader.test"
    browser = launch(f"--host-resolver-rules=MAP {name} 127.0.0.1")
    with Serving(library, NOW, ("--name", name, "--login")) as served:
        # Its console says that headers are ignored there: no visitor's faults are looked for.
        page = browser.new_context(locale="en-GB").new_page()
        address = f"http://{name}:{served.port}"
        page.goto(f"{address}/enter?code={served.code}")
        page.locator("form button.main").click()
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/offline")
        assert not page.evaluate("isSecureContext")
        shown = page.locator('#state [data-case="http"]')
        assert shown.is_visible()
        assert shown.locator("a").get_attribute("href") == "/trust"
        # The queue needs no worker.
        page.goto(f"{address}/")
        page.wait_for_function("() => localStorage.getItem('library')")
        [paper] = buttons(page)[:1]
        served.kill()
        press(page, paper, "pick")
        wait_for_waiting(page, 1)
        served.start()
        wait_until_sent(page)
        assert rows(served, DECISIONS) == [(paper, "pick")]


@pytest.mark.slow
def test_a_kept_triage_works_offline(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    page = opened(context, served)
    served.kill()
    page.goto(served.url + "/triage")
    shown = "() => document.querySelector('.sheet:not([hidden])').dataset.id"
    met = []
    for key in ("p", "s", "p", "u"):
        met.append(page.evaluate(shown))
        page.keyboard.press(key)
        wait_for_waiting(page, len(met))
        page.wait_for_function(f"(before) => ({shown})() !== before", arg=met[-1])
    first, second, third = met[:3]
    assert page.evaluate(shown) == third  # what was taken back is there again
    for size in (PHONE, PORTRAIT):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert not page.evaluate(OVERLAP, [".waiting", "#undo button"]), size
    served.start()
    page.goto(served.url + "/")
    wait_until_sent(page)
    assert rows(served, DECISIONS) == [
        (first, "pick"),
        (second, "skip"),
        (third, "pick"),
        (third, "undo"),
    ]


OVERLAP = """([one, other]) => {
  const [a, b] = [one, other].map((name) => document.querySelector(name).getBoundingClientRect());
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}"""
GRADES = """
    SELECT canonical, grade, undoes IS NOT NULL FROM reviews
    JOIN papers ON papers.id = reviews.paper ORDER BY reviews.id
"""


def test_recall_cards_are_graded_offline(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE, is_touch=True)
    page = opened(context, served, "/")
    page.goto(served.url + "/recall")
    cards = page.locator(".recall")
    ids = [str(one.get_attribute("data-paper")) for one in cards.all()]
    assert len(ids) > 1
    served.kill()
    page.goto(served.url + "/recall")
    wait_for_text(page, "#as-of", "Offline")
    shown = page.locator(".recall:not([hidden])")

    def grade(n: int) -> None:
        before = shown.get_attribute("data-paper") or ""
        shown.locator("summary").tap()
        shown.locator(f'button[value="{n}"]').tap()
        expect(page.locator(f'.recall[data-paper="{before}"]')).to_be_hidden()

    grade(3)
    wait_for_waiting(page, 1)
    page.get_by_role("button", name="Undo the grade").tap()
    expect(page.locator(f'.recall[data-paper="{ids[0]}"]')).to_be_visible()
    for n in range(1, len(ids) + 1):
        grade(n)
    expect(page.get_by_text("last card on this device")).to_be_visible()
    page.reload()  # what waits is not asked again
    expect(page.get_by_text("last card on this device")).to_be_visible()
    assert page.locator(".recall:not([hidden])").count() == 0
    served.start()
    page.goto(served.url + "/")
    wait_until_sent(page)
    grades = [(id_, n, 0) for n, id_ in enumerate(ids, 1)]
    assert rows(served, GRADES) == [(ids[0], 3, 0), (ids[0], None, 1), *grades]


def test_one_page_that_cannot_be_fetched_does_not_stop_the_others(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context()
    context.route("**/triage", lambda route: route.abort())
    page = opened(context, served, "/recall")
    assert page.evaluate("async () => !(await caches.match('/triage'))")


def test_the_device_is_searched_without_a_network(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE, is_touch=True)
    page = opened(context, served)
    served.kill()
    page.goto(f"{served.url}/search?q=regret+verb")
    notice = page.locator("#found .notice")
    expect(notice).to_contain_text("on this device were searched, not the texts of PDFs. Papers: ")
    hit = page.locator("#found .hit").first
    expect(hit.locator("a")).to_have_attribute("href", f"/note/{PAPER}")
    expect(hit.locator("mark").first).to_have_text("verb")
    page.fill("#q", "静かな部屋")
    expect(page.locator("#found .hit a").first).to_have_attribute("href", f"/paper/{JAPANESE}")
    page.fill("#q", "topic:speech/translation nowhere-at-all")
    expect(page.locator("#found")).to_contain_text("Nothing on this device has all these words.")
    expect(notice).to_contain_text("Only the server can read this: topic:speech/translation")
    # A note that waits to be sent is found too.
    page.goto(f"{served.url}/note/{PAPER}")
    page.fill("textarea[name=text]", "Zugzwang is what waiting feels like.")
    page.locator(".note-form button.main, .note-form button[type=submit]").first.tap()
    wait_for_waiting(page, 1)
    page.goto(f"{served.url}/search?q=zugzwang")
    expect(page.locator("#found .hit a").first).to_have_attribute("href", f"/note/{PAPER}")
    served.start()
    page.reload()
    wait_until_sent(page)
    expect(page.locator("#found")).not_to_contain_text("on this device were searched")


def test_a_missing_page_is_named_and_what_is_known_of_its_paper_is_shown(
    visitor: Visitor, served: Serving
) -> None:
    page = opened(visitor.context(size=PHONE), served)
    title = "静かな部屋の音声翻訳：雑音のない朝に学ぶ"
    served.kill()
    page.goto(f"{served.url}/pdf/{JAPANESE}/page/1")
    expect(page.get_by_role("alert")).to_have_text(
        f"Not saved on this device: PDF: {title}. The server cannot be reached."
    )
    expect(page.locator("#known .note")).to_contain_text("静かな部屋の録音だけで学ばせると")
    page.goto(f"{served.url}/stats")
    expect(page.get_by_role("alert")).to_contain_text("Not saved on this device: Reading habit.")
    expect(page.locator("#known")).to_be_hidden()


def test_space_is_shown_and_given_back(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    page = opened(context, served)
    page.goto(f"{served.url}/offline")
    expect(page.locator("[data-kind=pages]")).to_have_text(re.compile(r"^\d+ kB$"))
    expect(page.locator("#used")).to_contain_text("the browser allows up to")
    page.get_by_role("button", name="Remove what is saved").click()
    expect(page.locator("[data-kind=pages]")).to_have_text("0 kB")
    page.goto(served.url)
    page.goto(f"{served.url}/offline")
    expect(page.get_by_role("button", name="Save pages on this device")).to_be_visible()
    assert not page.evaluate("() => caches.match('/')")
    with page.expect_navigation():
        page.get_by_role("button", name="Save pages on this device").click()
    assert page.evaluate(KEPT, "/")


ANSWERS = """
  window.n_asked = 0;
  let isKept = false;
  const manager = window.StorageManager?.prototype ?? {}; // none on the empty page
  manager.persisted = async () => isKept;
  manager.persist = async () => {
    window.n_asked += 1;
    isKept = %s;
    return isKept;
  };
"""
"""Stands in for a browser that keeps a store for good, or refuses to."""

LOOSE = "The browser may remove it when space runs short, or after weeks without a visit."


@pytest.mark.parametrize(
    ("kept", "said"),
    [("true", "The browser does not remove it by itself."), ("false", LOOSE)],
)
def test_the_browser_is_asked_to_keep_what_is_stored(
    visitor: Visitor, served: Serving, kept: str, said: str
) -> None:
    context = visitor.context(size=PHONE)
    context.add_init_script(ANSWERS % kept)
    page = opened(context, served)
    page.goto(f"{served.url}/offline")
    expect(page.locator("#persisted")).to_have_text(LOOSE)
    page.get_by_role("button", name="Ask the browser to keep it").click()
    expect(page.locator("#persisted")).to_have_text(said)
    expect(page.locator("#persist")).to_be_visible(visible=kept == "false")
    refused = page.get_by_text("The browser did not agree.")
    expect(refused).to_have_count(1 if kept == "false" else 0)


def carry_again(page: Page) -> None:
    """Have the worker fetch what this device keeps, and wait until it has."""
    page.evaluate("() => caches.delete('device')")  # nothing was carried lately
    page.reload()
    wait_for(page, "async () => (await caches.match('/device/settings')) !== undefined")


def test_the_browser_is_asked_by_itself_only_once(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    context.add_init_script(ANSWERS % "false")
    page = opened(context, served)
    page.wait_for_function("() => window.n_asked === 1")
    carry_again(page)
    assert page.evaluate("window.n_asked") == 0  # of this page


SAVES = "Object.defineProperty(navigator, 'connection', { value: { saveData: %s } })"


@pytest.mark.parametrize("saves", [True, False])
def test_no_pdf_is_fetched_where_the_browser_saves_data(
    visitor: Visitor, served: Serving, saves: bool
) -> None:
    context = visitor.context(size=PHONE)
    connection = SAVES % str(saves).lower()
    context.add_init_script(connection)
    page = opened(context, served)
    context.service_workers[0].evaluate(connection)
    paper = with_pdf(served)
    carry_again(page)
    wait_for(page, "async () => (await (await caches.match('/device/settings')).json()).carried_at")
    page.goto(f"{served.url}/offline")
    expect(page.get_by_text("no PDFs are fetched")).to_be_visible(visible=saves)
    assert page.evaluate(PDF_KEPT, [paper, not saves])


def test_a_browser_without_persistent_stores_offers_none(visitor: Visitor, served: Serving) -> None:
    context = visitor.context(size=PHONE)
    context.add_init_script("delete window.StorageManager?.prototype.persist")
    page = opened(context, served)
    page.goto(f"{served.url}/offline")
    expect(page.locator("#persisted")).to_have_text(LOOSE)
    expect(page.locator("#persist")).to_be_hidden()


NO_ROOM = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...all) {
    IDBObjectStore.prototype.add = add; // there is room once pages have gone
    throw new DOMException("full", "QuotaExceededError");
  };
}"""


def test_without_room_kept_pages_go_and_the_decision_stays(
    visitor: Visitor, served: Serving
) -> None:
    page = opened(visitor.context(size=PHONE), served)
    [paper] = buttons(page)[:1]
    page.evaluate(NO_ROOM)
    served.kill()
    press(page, paper, "pick")
    wait_for_waiting(page, 1)
    assert not page.evaluate("() => caches.has('pages')")
    served.start()
    page.goto(served.url + "/")
    wait_until_sent(page)
    assert rows(served, DECISIONS) == [(paper, "pick")]


def test_a_guess_made_offline_shows_the_abstract_and_is_sent_later(
    visitor: Visitor, served: Serving
) -> None:
    with open_library(served.folder, now=lambda: NOW) as library:
        [paper] = decide(library, "pick", [HOSTILE])
    page = opened(visitor.context(), served, f"/paper/{HOSTILE}")
    abstract = page.locator("#guess + .prose")
    expect(abstract).to_be_hidden()
    page.context.set_offline(True)
    page.locator("#guessed").fill("They break pages.")
    page.locator("#guess button").click()
    wait_for_waiting(page, 1)
    expect(page.get_by_text("Your guess: They break pages.")).to_be_visible()
    expect(page.locator(".guessed + .prose")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    wait_until_sent(page)
    with open_library(served.folder, now=lambda: NOW) as library:
        found = queue.guess_of(library.db, paper.row)
    assert found is not None
    assert found.text == "They break pages."


def with_pdf(served: Serving) -> str:
    """Pick a paper of today and give it a PDF; returns its id."""
    with open_library(served.folder, now=lambda: NOW) as library:
        source = pdfs.pdf_of(library.db, find_paper(library, PAPER).row)
        assert source is not None
        [(id_,)] = library.db.read(
            """SELECT canonical FROM papers WHERE id NOT IN (SELECT paper FROM decisions)
            ORDER BY id LIMIT 1"""
        )
        [paper] = decide(library, "pick", [id_])
        path = f"{source.path.removesuffix('.pdf')}-2.pdf"
        content = (library.folder / source.path).read_bytes() + b"\n%"
        (library.folder / path).write_bytes(content)
        copy = replace(source, paper=paper.row, path=path, sha256=sha256(content).hexdigest())
        pdfs.add_pdf(library.db, copy, n_bytes=len(content), at=NOW)
    return str(id_)


PDF_KEPT = """async ([id, isKept]) => {
  for (let n = 0; n < 1200; n++) {
    const one = await caches.match(`/pdf/${id}/kept.json`).then((found) => found?.json());
    if (isKept === Boolean(one && one.n_here === one.n_pages)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""


def test_the_pdf_of_a_pick_is_read_and_searched_offline(visitor: Visitor, served: Serving) -> None:
    paper = with_pdf(served)
    page = opened(visitor.context(size=PHONE, is_touch=True), served)
    assert page.evaluate(PDF_KEPT, [paper, True])
    served.kill()
    page.goto(served.url + "/")
    mark = page.locator(f'.title:has(a[href="/paper/{paper}"]) .here')
    expect(mark.first).to_have_attribute("aria-label", "The PDF is on this device.")
    assert page.locator(".here").count() == mark.count()
    page.goto(f"{served.url}/pdf/{paper}/page/1")
    assert page.url.endswith("/read#page=1")
    assert page.locator("#page-1 .picture .full").evaluate("e => e.width") > 300
    kind = "async (at) => (await caches.match(at)).headers.get('content-type')"
    assert page.evaluate(kind, f"/pdf/{paper}/page/1.webp") == "image/webp"
    expect(page.locator("#page-1 .words")).to_contain_text("listen once more")
    found = page.evaluate(
        "async (at) => (await (await fetch(`${at}/find.json?q=no+word+of+this`)).json()).hits",
        f"/pdf/{paper}",
    )
    assert {hit["text"] for hit in found} == {"no word of this"}
    assert {hit["page"] for hit in found} == {1}


def test_the_note_beside_a_pdf_is_written_offline(visitor: Visitor, served: Serving) -> None:
    paper = with_pdf(served)
    page = opened(visitor.context(size=PHONE, is_touch=True), served, f"/note/{paper}")
    assert page.evaluate(PDF_KEPT, [paper, True])
    served.kill()
    page.goto(f"{served.url}/pdf/{paper}/read")
    text = page.locator("#note-panel textarea").locator("visible=true").first
    page.locator("#to-note").tap()
    text.fill("Divers hum. Nobody asked them why.")
    page.locator("#note button.main").tap()
    wait_for_waiting(page, 1)
    # The kept page is older than what was written; the panel is open, as it was left.
    page.reload()
    expect(text).to_have_value("Divers hum. Nobody asked them why.")
    page.evaluate("caches.delete('pages')")
    page.reload()
    expect(page.locator("#page-1 .picture .full")).to_be_visible()
    expect(page.locator("#note-panel .note-panel-body")).to_contain_text("cannot be shown")
    expect(page.locator("#note-panel")).to_be_hidden()
    page.locator("#to-note").tap()
    expect(page.locator("#note-panel")).to_be_visible()


def test_a_highlight_that_waits_is_listed_with_its_paper(visitor: Visitor, served: Serving) -> None:
    paper = with_pdf(served)
    page = opened(visitor.context(), served)
    assert page.evaluate(PDF_KEPT, [paper, True])
    served.kill()
    page.goto(f"{served.url}/pdf/{paper}/read")
    page.wait_for_selector("#page-1 .words span")
    title = page.locator(".room-bar h1").text_content()
    page.locator(".desk").focus()
    for key in ("s", "Shift+ArrowRight", "h"):
        page.keyboard.press(key)
    wait_for_waiting(page, 1)
    page.goto(f"{served.url}/offline")
    wait_for_text(page, "#queue li", f"Highlight {title}")


def test_pdfs_are_fetched_once_and_go_when_they_leave_the_queue(
    visitor: Visitor, served: Serving
) -> None:
    paper = with_pdf(served)
    context = visitor.context(size=PHONE)
    page = opened(context, served)
    assert page.evaluate(PDF_KEPT, [paper, True])
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.url}/offline")
    expect(page.locator("[data-kind=pdfs]")).to_have_text(re.compile(r"^\d+ kB$"))
    page.locator("#pdf-mb").select_option("0")
    assert page.evaluate(PDF_KEPT, [paper, False])
    page.locator("#pdf-mb").select_option("100")
    assert page.evaluate(PDF_KEPT, [paper, True])
    n = len([one for one in asked if "/page/" in one])
    with open_library(served.folder, now=lambda: NOW) as library:
        decide(library, "skip", [paper])
    page.evaluate("() => caches.delete('device')")  # nothing was carried lately
    page.goto(served.url + "/")
    assert page.evaluate(PDF_KEPT, [paper, False])
    assert len([one for one in asked if "/page/" in one]) == n
