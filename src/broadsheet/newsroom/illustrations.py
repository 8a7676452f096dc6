"""How pictures stand in pages: in which sizes, and in which form each browser gets them.

WebP, which every browser reads, is cut when a page is printed. AVIF is smaller and slow to make:
it is made in the background, and pages offer it once it is there.
"""

import logging
import time
from enum import Enum
from typing import Any, NamedTuple

from django.core.cache import cache
from django.tasks import task
from django.tasks.base import TASK_MIN_PRIORITY
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.images.models import Filter, ResponsiveImage
from wagtail.images.shortcuts import get_renditions_or_not_found

from broadsheet.newsroom import publications
from broadsheet.newsroom.models import Picture, PictureRendition
from broadsheet.settings.django import PAPER, SLOW

logger = logging.getLogger(__name__)

WEBP, AVIF = "|format-webp", "|format-avif"
LOOKED_AT = "illustrations-looked-at"
"""The cache's key for the last rendition that was looked at."""
MADE = "illustrations-made"
"""The cache's key that says that pages have to be printed anew once all is made."""
BATCH_SECONDS = 2
"""After so long the work lets other work go first: somebody may be waiting for a letter."""


class _Form(NamedTuple):
    spec: str
    """Sizes as Wagtail writes them; the first is for browsers that choose none."""
    sizes: str
    """How wide it stands, as `sizes` says it in HTML."""


class Form(Enum):
    """The places a picture can stand in."""

    LEAD = _Form(
        "width-{480,720,1200}",
        "(min-width: 78rem) 930px, (min-width: 62rem) 75vw, calc(100vw - 2.5rem)",
    )
    BLOCK = _Form("width-{480,800,1312}", "(min-width: 44rem) 656px, 100vw")
    FRONT = _Form(
        "fill-{480x320,720x480,1200x800}", "(min-width: 62rem) 700px, calc(100vw - 2.5rem)"
    )
    TEASER = _Form(
        "fill-{320x213,640x427,960x640}",
        "(min-width: 62rem) 300px, (min-width: 44rem) 50vw, 100vw",
    )
    PORTRAIT = _Form("fill-{112x112,224x224}", "7rem")

    def filters(self, ending: str) -> list[Filter]:
        """What cuts a picture for this place."""
        return [Filter(spec=spec + ending) for spec in Filter.expand_spec(self.value.spec)]


def element(picture: Picture, form: Form, **attributes: Any) -> SafeString:
    """The picture as HTML, with the size it takes; `alt` is required and may be empty.

    Missing WebP renditions are cut now, missing AVIF ones are done without.
    """
    webp = get_renditions_or_not_found(picture, form.filters(WEBP))
    given = {"sizes": form.value.sizes, **attributes}
    plain = ResponsiveImage(webp, given)
    wanted = form.filters(AVIF)
    found = picture.find_existing_renditions(*wanted)
    if len(found) < len(wanted):
        return format_html("<picture>{}</picture>", plain)
    return format_html(
        '<picture><source type="image/avif" srcset="{}" sizes="{}">{}</picture>',
        ResponsiveImage.get_width_srcset([found[one] for one in wanted]),
        form.value.sizes,
        plain,
    )


@task(queue_name=SLOW, priority=TASK_MIN_PRIORITY)
def make_avif() -> None:
    """Make AVIF of what pages were printed with since the last time, then have them printed anew.

    What cannot be made is passed over: its pages stay as they are.
    """
    end = time.monotonic() + BATCH_SECONDS
    for rendition in _new().select_related("image").iterator():
        spec = rendition.filter_spec.removesuffix(WEBP) + AVIF
        try:
            rendition.image.get_rendition(spec)
            cache.set(MADE, 1, timeout=None)
        except Exception:
            logger.exception("No AVIF of picture %s", rendition.image_id)
        cache.set(LOOKED_AT, rendition.pk, timeout=None)
        if time.monotonic() > end:
            make_avif.enqueue()
            return
    if cache.delete(MADE):
        publications.announce()


def enqueue_avif() -> None:
    """Queue the work if there is any, and the paper wants it."""
    if PAPER.avif and _new().exists():
        make_avif.enqueue()


def _new() -> Any:
    after = cache.get(LOOKED_AT, 0)
    cut = PictureRendition.objects.filter(pk__gt=after, filter_spec__endswith=WEBP)
    return cut.order_by("pk")
