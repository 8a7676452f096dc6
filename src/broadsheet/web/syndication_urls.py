"""Addresses for machines. Each has a dot in its last part, which no page's and no story's has."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from broadsheet.newsroom import keys  # noqa: F401 (it registers its own)
from broadsheet.syndication.addresses import FORMS
from broadsheet.syndication.mark import ICONS
from broadsheet.web.views import installing, syndication


class FormConverter:
    """The form of a feed."""

    regex = "|".join(FORMS)

    def to_python(self, value: str) -> str:
        """The form as it stands in the address."""
        return value

    to_url = to_python


class IconConverter(FormConverter):
    """The name of an icon."""

    regex = "|".join(ICONS)


class VersionConverter(FormConverter):
    """The version of a picture for sharing."""

    regex = "[0-9a-f]{12}"


register_converter(FormConverter, "form")
register_converter(IconConverter, "icon")
register_converter(VersionConverter, "version")

EDITION = "<slug:edition>/"
PASSWORD = RedirectView.as_view(pattern_name="account_change_password")

urlpatterns = [
    path("feeds/", syndication.all_feeds, name="feeds"),
    path(EDITION + "feed.<form:form>", syndication.feed, name="feed"),
    path(EDITION + "<slug:name>/feed.<form:form>", syndication.feed, {"part": "section"}),
    path(EDITION + "topic/<slug:name>/feed.<form:form>", syndication.feed, {"part": "topic"}),
    path(EDITION + "author/<slug:name>/feed.<form:form>", syndication.feed, {"part": "author"}),
    path("sitemap.xml", syndication.sitemap_index, name="sitemap"),
    path(EDITION + "sitemap-pages.xml", syndication.sitemap, {"kind": "pages"}),
    path(EDITION + "sitemap-news.xml", syndication.sitemap, {"kind": "news"}),
    path(EDITION + "sitemap-stories-<int:page>.xml", syndication.sitemap, {"kind": "stories"}),
    path(EDITION + "story-<key:story>-<version:version>.jpg", syndication.sharing_picture),
    path("robots.txt", syndication.robots_txt, name="robots_txt"),
    path(".well-known/security.txt", syndication.security_txt, name="security_txt"),
    path(".well-known/change-password", PASSWORD),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path(EDITION + "manifest.webmanifest", installing.manifest),
    path("<icon:name>.png", installing.icon_png),
    path("service-worker.js", installing.service_worker, name="service_worker"),
    path("offline/", installing.offline, name="offline"),
]
