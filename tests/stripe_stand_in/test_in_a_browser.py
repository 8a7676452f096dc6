"""The pages in a real browser: narrow, light and dark, without scripts, by what is on them."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from broadsheet.stripe_stand_in import StandIn
from tests.stripe_stand_in import shop

INSTALLED = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    installed = next(filter(None, map(shutil.which, INSTALLED)), None)
    path = os.environ.get("BROADSHEET_CHROMIUM") or installed
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        color_scheme=request.param,
        locale="en-GB",
        bypass_csp=False,
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def paper() -> Iterator[str]:
    """Another site, to which the till leads back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"Back at {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def fill(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/40")
    page.get_by_label("Security code").fill("123")


def check(page: Page) -> None:
    """Labelled as a demonstration, not wider than the screen, and nothing that axe finds."""
    assert page.get_by_text("Demonstration till: no money moves").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # axe's own scripts need no help: they are evaluated from outside, as a tool's are.
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_reader_types_a_code_and_pays_after_a_declined_card(
    sdk: Any, page: Page, paper: str
) -> None:
    coupon = sdk.coupons.create({"percent_off": 50, "duration": "once"})
    promotion = {"type": "coupon", "coupon": coupon.id}
    sdk.promotion_codes.create({"promotion": promotion, "code": "HALF"})
    made = shop.session(
        sdk,
        shop.price(sdk),
        allow_promotion_codes=True,
        success_url=f"{paper}/thanks?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{paper}/plans",
    )
    page.goto(made.url)
    check(page)
    page.get_by_label("Promotion code").fill("NONE")
    page.get_by_role("button", name="Apply").click()
    check(page)
    assert page.get_by_role("alert").get_by_text("This code is not valid here").is_visible()
    page.get_by_label("Promotion code").fill("HALF")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_text("The code HALF is applied.").is_visible()
    assert page.get_by_text("−4.50 USD").is_visible()
    page.get_by_label("E-mail address").fill("ana@example.com")
    fill(page, "4000 0000 0000 0002")
    page.get_by_role("button", name="Subscribe").click()
    check(page)
    assert page.get_by_role("alert").get_by_text("The card was declined").is_visible()
    fill(page, "4242 4242 4242 4242")
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_url(f"{paper}/**")
    assert page.get_by_text(f"Back at /thanks?session={made.id}").is_visible()
    page.goto(made.url)
    check(page)
    assert page.get_by_role("heading", name="This has been paid").is_visible()


def test_a_reader_completes_three_d_secure(sdk: Any, page: Page, paper: str) -> None:
    made = shop.session(
        sdk, shop.price(sdk), success_url=f"{paper}/thanks", customer_email="ana@example.com"
    )
    page.goto(made.url)
    fill(page, "4000 0000 0000 3220")
    page.get_by_role("button", name="Subscribe").click()
    check(page)
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{paper}/thanks")


def test_a_reader_goes_back_without_paying(sdk: Any, page: Page, paper: str) -> None:
    made = shop.session(sdk, shop.price(sdk), cancel_url=f"{paper}/plans")
    page.goto(made.url)
    page.get_by_role("link", name="Back to the shop").click()
    page.wait_for_url(f"{paper}/plans")


def test_a_reader_changes_the_card_and_looks_at_an_invoice(
    till: StandIn, sdk: Any, page: Page, paper: str
) -> None:
    made = shop.subscription(sdk)
    opened = sdk.billing_portal.sessions.create(
        {"customer": made.customer, "return_url": f"{paper}/account"}
    )
    page.goto(opened.url)
    check(page)
    page.get_by_role("link", name="Change the card").click()
    check(page)
    fill(page, "5555 5555 5555 4444")
    page.get_by_role("button", name="Save this card").click()
    assert page.get_by_text("Mastercard card ending in 4444").is_visible()
    page.get_by_role("button", name="Cancel at the end").click()
    assert page.get_by_text("Ends on").is_visible()
    page.get_by_role("button", name="Do not cancel").click()
    page.get_by_role("link", name="Invoice").click()
    check(page)
    assert page.get_by_role("link", name="Invoice as PDF").is_visible()


def test_a_card_flow_leads_back_to_the_paper(sdk: Any, page: Page, paper: str) -> None:
    made = shop.subscription(sdk)
    after = {"type": "redirect", "redirect": {"return_url": f"{paper}/account"}}
    opened = sdk.billing_portal.sessions.create(
        {
            "customer": made.customer,
            "flow_data": {"type": "payment_method_update", "after_completion": after},
        }
    )
    page.goto(opened.url)
    fill(page, "4242 4242 4242 4242")
    page.get_by_role("button", name="Save this card").click()
    page.wait_for_url(f"{paper}/account")
