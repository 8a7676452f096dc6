"""What the paper promises to those who listen, who type, and who see little."""

from datetime import date
from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TESTED = date(2026, 11, 25)
"""When the pages were last tested as the statement says."""


def statement(request: HttpRequest) -> HttpResponse:
    """How accessible the paper is, how that was tested, and whom to tell of barriers."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return render(request, "web/accessibility.html", {"address": address, "tested": TESTED})
