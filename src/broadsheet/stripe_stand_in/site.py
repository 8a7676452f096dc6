"""What is served beside the API: pages by their paths, and the test's hand."""

from dataclasses import dataclass
from typing import Any

from broadsheet.stripe_stand_in import checkout_pages, control, invoice_pages, portal_pages
from broadsheet.stripe_stand_in.desk import Desk
from broadsheet.stripe_stand_in.page import Page, Visit, not_found, stylesheet
from broadsheet.stripe_stand_in.webhooks import Webhooks

type Doc = dict[str, Any]


@dataclass
class Site:
    """The desk with its pages."""

    desk: Desk
    webhooks: Webhooks

    def answer(
        self, method: str, path: str, query: str, body: str, headers: dict[str, str]
    ) -> Page:
        """The page at a path."""
        if path.startswith("/_stand_in/"):
            return control.answer(self.desk, self.webhooks, method, path, body, headers)
        if path == "/till.css":
            return stylesheet()
        visit = Visit(self.desk, method, path, query, body, headers)
        for prefix, serve in (
            ("/c/pay/", checkout_pages.serve),
            ("/p/session/", portal_pages.serve),
            ("/i/", invoice_pages.serve),
            ("/receipts/", invoice_pages.receipt),
        ):
            if path.startswith(prefix):
                return serve(visit, path.removeprefix(prefix).split("/"))
        return not_found(visit)
