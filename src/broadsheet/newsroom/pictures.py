"""How pictures come into the paper: looked at, cleaned of what they tell, or refused.

Whoever adds a picture, a form or an importer, comes through here. What is stored is never the
file that was sent but the picture in it, written anew: upright, without the place and time where
it was taken, and without anything hidden behind it.
"""

import hashlib
import io
from typing import IO, Any

from django.core.files.base import ContentFile
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, JpegImagePlugin

from broadsheet.newsroom.models import Picture
from broadsheet.newsroom.oneline import visible

MOST_BYTES = 30_000_000
"""The largest file that is taken."""
MOST_PIXELS = 50_000_000
"""The largest picture that is taken. One in memory needs three to four bytes a pixel, and up to
four are there at a time while it is turned or cut: some 600 MB."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""What is opened at all: decoders for other kinds never see a stranger's file. SVG is a page that
can run scripts, so it is none of these."""
MOST_PROFILE = 1_000_000
"""Bytes of a colour profile that are kept; those of screens have a few thousand."""
WEBP_QUALITY = 92
STEM = 60
"""Characters of a stored file's name."""


class PictureRefused(ValueError):
    """A file is not taken in. Its text is for whoever sent it, in the active language."""


def take_in(
    file: IO[bytes] | bytes,
    title: str,
    *,
    description: str = "",
    photographer: str = "",
    agency: str = "",
) -> Picture:
    """Store a picture and give it; `description` says what it shows, for who cannot see it.

    The texts may be anything; what is too long for its field is cut. Raises PictureRefused when
    the file is no picture, damaged or too large; then nothing has been stored.
    """
    content = file if isinstance(file, bytes) else file.read(MOST_BYTES + 1)
    clean, ending = rewritten(content)
    texts = {"title": title, "description": description}
    texts |= {"photographer": photographer, "agency": agency}
    picture = Picture(**{name: _fitting(name, text) for name, text in texts.items()})
    picture.title = picture.title or _("Picture")
    picture.file = ContentFile(clean, name=file_name(title, ending))
    picture.file_size = len(clean)
    picture.file_hash = hashlib.sha1(clean, usedforsecurity=False).hexdigest()
    picture.save()
    return picture


def rewritten(content: bytes) -> tuple[bytes, str]:
    """The picture in these bytes, written anew, and the ending of its file's name.

    Of a moving picture this is the first one. Raises PictureRefused.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefused(
            _("This file is larger than %(limit)s MB. Make the picture smaller first.")
            % {"limit": MOST_BYTES // 1_000_000}
        )
    picture = _opened(content)
    try:
        picture.load()
        return _written(picture)
    except Exception:  # decoders of hostile files raise whatever they like
        raise PictureRefused(_("This picture is damaged: it cannot be read to its end.")) from None


def file_name(name: str, ending: str) -> str:
    """A name for the stored file: plain letters, no folders, short."""
    last = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    stem = slugify((last[0] or last[2])[:500])[:STEM].strip("-_")
    return f"{stem or 'picture'}.{ending}"


def _fitting(field: str, text: str) -> str:
    return visible(text)[: Picture._meta.get_field(field).max_length]


def _opened(content: bytes) -> Image.Image:
    """The picture, of which only the head has been read."""
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # decoders of hostile files raise whatever they like
        raise PictureRefused(
            _("This is not a picture that can be read here. Send a JPEG, PNG, WebP or GIF.")
        ) from None
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()
    return picture


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(
        _("This picture has more than %(limit)s million pixels. Make it smaller first.")
        % {"limit": MOST_PIXELS // 1_000_000}
    )


def _written(picture: Image.Image) -> tuple[bytes, str]:
    kind = picture.format
    options: dict[str, Any] = {}
    if kind in ("JPEG", "MPO"):
        # With the tables it was made with, writing it once more loses next to nothing.
        tables = getattr(picture, "quantization", None)
        options = {"qtables": tables, "subsampling": JpegImagePlugin.get_sampling(picture)}
    profile = picture.info.get("icc_profile") or b""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("CMYK", "YCbCr", "LAB", "HSV", "F", "I"):
        upright, profile = upright.convert("RGB"), b""
    seen = upright.info.get("transparency")
    upright.info = {} if seen is None else {"transparency": seen}
    if 0 < len(profile) <= MOST_PROFILE:
        options["icc_profile"] = profile
    file = io.BytesIO()
    if kind in ("JPEG", "MPO"):
        upright.save(file, "JPEG", **options)
        return file.getvalue(), "jpg"
    if kind == "WEBP":
        upright.save(file, "WEBP", quality=WEBP_QUALITY, **options)
        return file.getvalue(), "webp"
    upright.save(file, "PNG", **options)
    return file.getvalue(), "png"
