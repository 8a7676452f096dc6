"""The addresses of the demonstration's mailbox."""

from django.urls import path

from broadsheet.web.views import mailbox

urlpatterns = [
    path("", mailbox.letters, name="mailbox"),
    path("<str:name>/", mailbox.letter, name="mailbox_letter"),
    path("<str:name>.html", mailbox.page, name="mailbox_page"),
]
