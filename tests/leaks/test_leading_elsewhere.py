"""No address that a stranger writes into a link leads a reader off the paper, or acts for them."""

from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers, csrf, login, token
from tests.people import PASSWORD

ELSEWHERE = [
    "https://elsewhere.example/",
    "HTTPS://elsewhere.example",
    "http:elsewhere.example",
    "https:/elsewhere.example",
    "//elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/\\/elsewhere.example",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    "\t//elsewhere.example",
    " //elsewhere.example",
    "\x00//elsewhere.example",
    "/\x0b/elsewhere.example",
    "/us/\r\nLocation: https://elsewhere.example/",
    "/us/\r\n\r\n<script>alert(1)</script>",
    "/us/%0d%0aSet-Cookie: x=y",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "mailto:x@elsewhere.example",
    "elsewhere.example",
    "@elsewhere.example",
    "/@elsewhere.example",
    ".elsewhere.example",
    "https://localhost@elsewhere.example/",
    "https://elsewhere.example\\@localhost/",
    "//localhost@elsewhere.example",
    "//%65lsewhere.example",
    "/%2felsewhere.example",
    "/%5celsewhere.example",
    "?next=//elsewhere.example",
    "#https://elsewhere.example",
    "\u2028//elsewhere.example",
    "/\u200b/elsewhere.example",
    "\uff0f\uff0felsewhere.example",
    "http://[::1/",
    "",
    "/" * 5000,
    "x" * 5000,
]
OWN = ["/us/", "/us/world/?page=1", "/es/cultura/", "/us/?a=b&c=d%20e", "/us/world/#part"]


def stays(answer: Answer, browser: Browser) -> bool:
    """Where the answer leads is on the paper, as a browser resolves it."""
    assert answer.status < 500
    assert len(answer.all("location")) <= 1
    to = answer.get("location")
    assert "\\" not in to
    assert to.isascii()
    assert to.isprintable()
    cleaned = "".join(letter for letter in to if letter > " ")
    parts = urlsplit(cleaned)
    assert parts.scheme in ("", "http")
    assert parts.netloc in ("", browser.server.authority), to
    assert not cleaned.startswith("//")
    assert set(answer.set_cookies) <= {"bs_language", "bs_lease", "bs_pass", "bs_device"} | {
        "bs_csrf",
        "bs_session",
        "messages",
    }
    return True


@pytest.mark.parametrize("to", ELSEWHERE)
def test_choosing_a_language_leads_back_to_the_paper(visitor: Browser, to: str) -> None:
    answer = visitor.ask(f"/language/es/?next={quote(to, safe='')}")
    assert stays(answer, visitor)
    assert answer.status == 302
    assert answer.set_cookies == {"bs_language": "es"}


def test_choosing_a_language_leads_back_to_where_one_was(visitor: Browser) -> None:
    for to in OWN:
        answer = visitor.ask(f"/language/es/?next={quote(to, safe='')}")
        assert answer.get("location") == to


@pytest.mark.parametrize("name", ["take-over", "both-mine"])
def test_the_dialogs_buttons_lead_back_to_the_paper(
    pair: tuple[Browser, Browser], closed: str, name: str
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    good = token(there.ask(closed))
    for to in ELSEWHERE:
        fields = urlencode({"token": good, "next": to}, errors="surrogatepass").encode()
        answer = there.post(f"/-/seat/{name}", fields)
        assert stays(answer, there), to
        assert answer.status in (303, 413)
    assert there.post(f"/-/seat/{name}", {"token": good, "next": closed}).get("location") == closed


def test_signing_in_leads_back_to_the_paper(readers: Readers, server: Server) -> None:
    """A signed-in reader is led on at once: so one sign-in shows where every link would lead."""
    browser = readers.device()
    for to in ELSEWHERE:
        for door in ("/account/login/", "/account/signup/"):
            answer = browser.copy().ask(f"{door}?next={quote(to, safe='')}")
            assert stays(answer, browser), (door, to)
    assert browser.copy().ask("/account/login/?next=/us/").get("location") == "/us/"


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example", "/\\x.example"])
def test_the_sign_in_form_itself_leads_back_to_the_paper(
    readers: Readers, server: Server, to: str
) -> None:
    browser = Browser(server)
    answer = login(browser, readers.new(), next=to)
    assert answer.status == 302
    assert stays(answer, browser)


def test_signing_out_leads_back_to_the_paper(readers: Readers) -> None:
    browser = readers.device()
    for to in ("//elsewhere.example", "https://elsewhere.example", "javascript:alert(1)"):
        copied = browser.copy()
        page = copied.ask(f"/account/logout/?next={quote(to, safe='')}")
        assert stays(page, copied)
    fields = {"csrfmiddlewaretoken": csrf(page), "next": "//elsewhere.example"}
    answer = copied.post("/account/logout/", fields)
    assert answer.status == 302
    assert stays(answer, copied)


def test_links_that_carry_an_address_on_do_not_carry_a_strangers(visitor: Browser) -> None:
    for to in ELSEWHERE[::2]:
        page = visitor.ask(f"/plans/?next={quote(to, safe='')}")
        assert page.status == 200
        assert 'href="//' not in page.text
        assert 'href="https://elsewhere' not in page.text
        assert "javascript:" not in page.text
        assert "<script>alert" not in page.text


def test_addresses_with_two_slashes_are_not_led_off(server: Server, visitor: Browser) -> None:
    for target in (
        "//elsewhere.example",
        "//elsewhere.example/",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "//elsewhere",
        "/%2felsewhere.example",
        "/%5celsewhere",
        "//elsewhere.example/us/world",
        "/us//elsewhere.example",
    ):
        assert stays(server.ask(target), visitor), target


# Doors beside the sign-in


def test_there_is_one_sign_in(server: Server, readers: Readers) -> None:
    """A second one would ask for no second factor, and count no attempts."""
    assert server.ask("/_util/login/").status == 404
    for target in ("/admin/login/", "/admin/", "/admin/pages/"):
        visitor = Browser(server)
        answer = visitor.ask(target)
        if target != "/admin/login/":
            answer = visitor.ask(answer.get("location"))
        assert answer.get("location").startswith("/account/login/?next=/admin/"), target
    assert server.ask("/admin/password_reset/").status in (302, 404)


def test_a_reader_at_the_editors_door_is_told_that_it_is_not_open_to_them(nora: Browser) -> None:
    answer = nora.copy().get("/admin/")
    assert answer.status == 403
    assert 'href="/"' in answer.text


def test_the_editors_sign_in_leads_to_the_admin_and_nowhere_else(
    irene: Browser, server: Server
) -> None:
    assert irene.copy().ask("/admin/").status == 200
    for browser, addresses in ((irene, ELSEWHERE[::2]), (Browser(server), ELSEWHERE[1::2])):
        for to in addresses:
            assert stays(browser.copy().ask(f"/admin/login/?next={quote(to, safe='')}"), browser)


# Forms without their token, and forms of other sites

FORMS = [
    "/account/login/",
    "/account/signup/",
    "/account/logout/",
    "/account/password/change/",
    "/account/password/reset/",
    "/account/email/",
    "/account/devices/sign-out-others/",
    "/account/devices/1/sign-out/",
    "/account/login/code/",
    "/account/2fa/totp/activate/",
    "/account/reauthenticate/",
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("target", FORMS)
def test_a_form_without_its_token_does_nothing_and_says_what_to_do(
    ana: Browser, server: Server, language: str, target: str
) -> None:
    signed_in, visitor = ana.copy(bs_language=language), Browser(server, {"bs_language": language})
    for browser, fields in ((signed_in, {}), (visitor, {"csrfmiddlewaretoken": "x" * 64})):
        answer = browser.post(target, fields)
        assert answer.status == 403, fields
        assert f'<html lang="{language}"' in answer.text
        assert 'href="/"' in answer.text
        assert "traceback" not in answer.text.lower()
    assert ana.ask("/account/").status == 200


def test_a_form_of_another_site_does_nothing_even_with_a_token(
    ana: Browser, readers: Readers
) -> None:
    page = ana.ask("/account/logout/")
    fields = {"csrfmiddlewaretoken": csrf(page)}
    for origin in ("https://elsewhere.example", "null", "http://localhost.elsewhere.example"):
        answer = ana.copy().post("/account/logout/", fields, [("Origin", origin)])
        assert answer.status == 403
    assert ana.ask("/account/").status == 200


def test_another_sites_sign_in_form_signs_nobody_in(server: Server, readers: Readers) -> None:
    browser = Browser(server)
    page = browser.ask("/account/login/")
    fields = {
        "csrfmiddlewaretoken": csrf(page),
        "login": readers.new(),
        "password": PASSWORD,
    }
    heads = [("Origin", "https://elsewhere.example")]
    assert browser.post("/account/login/", fields, heads).status == 403
    assert "bs_session" not in browser.cookies


def test_an_address_alone_does_nothing(ana: Browser, pair: tuple[Browser, Browser]) -> None:
    """What changes something takes a form: a link, a picture's address or a prefetch does not."""
    here, _ = pair
    for target in ("/account/logout/", "/account/devices/sign-out-others/", "/-/seat/take-over"):
        here.ask(target)
        here.ask(target, method="HEAD")
    assert here.ask("/account/").status == 200
