"""A reader without a password: an account by passkey, a copy of all data, and the end of it."""

import json
import re
import uuid
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import LivePaper
from tests.journeys.devices import Device
from tests.journeys.post import Postbox
from tests.journeys.test_accounts import PASSKEYS


def has_a_wallet(device: Device) -> Any:
    """The device keeps passkeys; what it can be told."""
    wallet = device.context.new_cdp_session(device.page)
    wallet.send("WebAuthn.enable")
    made = wallet.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
    return wallet, {"authenticatorId": made["authenticatorId"]}


def signs_up_by_passkey(device: Device, paper: LivePaper, address: str) -> Page:
    postbox, page = Postbox(paper), device.opens("/account/signup/passkey/").page
    expect(page.get_by_role("link", name=re.compile(r"the terms \(version \d+\)"))).to_be_visible()
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Code").fill(postbox.code_for(address))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/")
    return page


def test_an_account_by_passkey_fetches_its_data_and_deletes_itself(
    phone: Device, paper: LivePaper, tmp_path: Path
) -> None:
    address = f"{uuid.uuid4()}@example.com"
    wallet, key = has_a_wallet(phone)
    page = signs_up_by_passkey(phone, paper, address)

    # The copy: asked for with a form that waits until the passkey has answered.
    page.get_by_role("link", name="Your data").first.click()
    page.get_by_role("button", name="Make a copy").click()
    wallet.send("WebAuthn.setUserVerified", {**key, "isUserVerified": False})
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    wallet.send("WebAuthn.setUserVerified", {**key, "isUserVerified": True})
    page.get_by_role("button", name="Use your passkey").click()
    fetch = page.get_by_role("link", name="Fetch your data")
    expect(fetch).to_be_visible(timeout=60_000)
    with page.expect_download() as coming:
        fetch.click()
    coming.value.save_as(tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        data = json.loads(archive.read("my-data/data.json"))
    assert data["account"]["email"] == address
    assert data["account"]["has_password"] is False
    assert len(data["terms"]) == 1

    # The end.
    page.get_by_role("link", name="See what would be deleted").click()
    page.get_by_label("To delete it").fill("somebody@else.example")
    page.get_by_role("button", name="Delete my account for good").click()
    expect(page.locator("main")).to_contain_text("not the address of your account")
    page.get_by_label("To delete it").fill(address)
    page.get_by_role("button", name="Delete my account for good").click()
    phone.has_come_to("/account/deleted/")
    expect(page.locator("main h1")).to_contain_text("Goodbye")
    phone.opens("/account/").has_come_to("/account/login/")
