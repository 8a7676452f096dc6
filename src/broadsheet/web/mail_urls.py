"""Where the provider that sends our mail tells what became of it; other providers' have no key."""

from anymail.urls import urlpatterns as everybodys

from broadsheet.settings.django import PAPER

PROVIDER = PAPER.mail_backend.split(".")[-2]
"""As in anymail.backends.postmark.EmailBackend."""

urlpatterns = [each for each in everybodys if each.name == f"{PROVIDER}_tracking_webhook"]
