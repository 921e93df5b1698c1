"""Test offline use in Chromium: kept pages, and acts that are sent once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reader.library.find import find_paper
from reader.library.folder import open_library
from reader.morning.pick import decide
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.web.render import asset
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import NOW

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

KEPT = """async (address) => {
  for (let n = 0; n < 600; n++) {
    const list = await caches.match("/offline.json");
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
    page.wait_for_function(f"async () => (await ({QUEUE})()).length === 0", timeout=15_000)
    page.wait_for_function("() => document.getElementById('waiting').textContent === ''")


def wait_for_text(page: Page, selector: str, text: str) -> None:
    """Wait until an element contains a text; a script may fill it."""
    page.locator(selector).filter(has_text=text).first.wait_for(state="attached", timeout=15_000)


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


def test_a_paper_is_added_behind_the_page_and_waits_for_a_network(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context(size=PHONE)
    opened(context, served)
    page = context.new_page()
    [(held,)] = rows(served, "SELECT canonical FROM papers ORDER BY id LIMIT 1")
    page.goto(f"{served.url}/add?url=https://arxiv.org/abs/2506.99321")
    page.fill("#what", held)
    page.get_by_role("button", name="Add", exact=True).click()
    wait_for_text(page, "#outcome", "The paper was already here.")
    assert page.get_attribute("#outcome a", "href") == f"/paper/{held}"
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
    missing = page.get_by_text("This page is not saved on this device")
    page.goto(f"{served.url}/offline")
    expect(missing).to_be_hidden()
    served.kill()
    for address, is_missing in (("/week", True), ("/offline", False), ("/search?q=a", True)):
        page.goto(served.url + address)
        expect(page.get_by_role("heading", name="Saved pages")).to_be_visible()
        expect(missing).to_be_visible(visible=is_missing)
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
    served.kill()
    page.goto(served.url + "/")
    assert page.locator("h3.title").all_text_contents() == titles
    assert re.fullmatch(
        r"Offline: this page is from \d\d:\d\d\.", page.locator("#as-of").text_content() or ""
    )
    for address in [one["address"] for one in carried if one["address"] not in ("/", "/triage")]:
        page.goto(served.url + address)
        page.wait_for_function("document.getElementById('as-of').textContent !== ''")
        assert page.locator("h1").count() == 1, address
    page.goto(served.url + "/stats")
    wait_for_text(page, "h1", "Offline")
    page.wait_for_function(
        "(n) => document.querySelectorAll('#kept a').length >= n", arg=len(carried)
    )


@pytest.mark.slow
def test_a_new_version_replaces_the_old_service_worker(visitor: Visitor, served: Serving) -> None:
    context = visitor.context()
    page = opened(context, served)
    before = page.evaluate("async () => (await caches.keys()).sort()")
    newer = "const VERSION = 'newer';\n"

    def answer(route: Any) -> None:
        text = re.sub(r"^const VERSION = .*\n", newer, route.fetch().text())
        route.fulfill(body=text, content_type="text/javascript")

    context.route("**/worker.js", answer)
    page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
    page.wait_for_function("async () => (await caches.keys()).includes('files-newer')")
    page.wait_for_function("async () => (await caches.keys()).length === 2")
    assert before == ["files-" + before[0].removeprefix("files-"), "pages"]
    served.kill()
    page.goto(served.url + "/")
    wait_for_text(page, "#as-of", "Offline")
    # What a kept page names by an older address is served by the file of today.
    assert page.evaluate("getComputedStyle(document.querySelector('.tabs')).display") == "flex"


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
        page.wait_for_function("async () => !(await caches.has('pages'))")
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
        held = find_paper(library, paper)
        texts = [note.text for note in notes.revisions(library.db, held.row)]
        assert texts[before:] == [
            "First thought. It came early.",
            "First thought. It came early, and grew.",
        ]
        add_note(library, held, "Elsewhere.")


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
    served.start()
    page.goto(served.url + "/")
    wait_until_sent(page)
    assert rows(served, DECISIONS) == [
        (first, "pick"),
        (second, "skip"),
        (third, "pick"),
        (third, "undo"),
    ]
