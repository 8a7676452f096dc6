"""What the paper says of its accessibility."""

import pytest
from django.test import Client, override_settings

from broadsheet.newsroom.models.paper import TAKEN

pytestmark = pytest.mark.django_db


@override_settings(DEFAULT_FROM_EMAIL="The Paper <desk@paper.example>")
def test_the_statement_says_whom_to_tell_of_barriers(client: Client) -> None:
    page = client.get("/accessibility/").content.decode()
    assert 'href="mailto:desk@paper.example"' in page
    assert "Web Content Accessibility Guidelines 2.2" in page


def test_every_page_leads_to_the_statement_and_no_edition_can_take_its_address(
    client: Client,
) -> None:
    assert 'href="/accessibility/"' in client.get("/terms/").content.decode()
    assert "accessibility" in TAKEN
