"""Pictures from anywhere: what is taken in is clean, and what is refused leaves nothing behind."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client
from django.utils import translation
from PIL import ExifTags, Image
from wagtail.users.models import UserProfile

from broadsheet.newsroom import pictures
from broadsheet.newsroom.models import Picture
from broadsheet.newsroom.pictureforms import PictureFileField
from broadsheet.newsroom.pictures import PictureRefused, take_in
from tests.newsroom.conftest import Newsroom
from tests.people import Cast

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOME = "somebody's front door"


def photograph(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Red to the left, blue to the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def from_a_telephone(orientation: int = 6) -> bytes:
    """A picture that knows where it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = HOME
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (45.0, 45.0, 12.0)
    return photograph(exif=exif, comment=HOME.encode(), xmp=HOME.encode())


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def stored(settings: Any) -> list[Path]:
    return [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]


@pytest.fixture
def desk(newsroom: Newsroom, cast: Cast, client: Client) -> Client:
    """Irene at the desk, who has the editors' pages in English."""
    client.force_login(cast.irene)
    return client


REFUSED = {
    "nothing at all": (b"", "is not a picture"),
    "words": (b"Dear editor, here is the picture.", "is not a picture"),
    "a drawing that can run scripts": (SVG, "is not a picture"),
    "a page named as a picture": (b"GIF89a<script>alert(1)</script>", "is not a picture|damaged"),
    "half a picture": (photograph(size=(600, 400))[:2000], "damaged"),
    "half a drawing": (photograph("PNG", size=(600, 400))[:200], "damaged"),
    "a bomb": (bomb(60_000, 60_000), "more than 50 million pixels"),
    "a little too much": (bomb(10_000, 5_001), "more than 50 million pixels"),
    "a file that is too large": (bytes(pictures.MOST_BYTES + 1), "larger than 30 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused_and_nothing_is_stored(what: str, newsroom: Newsroom, settings: Any) -> None:
    content, why = REFUSED[what]
    with translation.override("en"), pytest.raises(PictureRefused, match=why):
        take_in(io.BytesIO(content), "From a reader")
    assert not Picture.objects.exists()
    assert stored(settings) == []


@pytest.mark.parametrize("what", ["words", "half a picture", "a bomb", "a file that is too large"])
def test_the_form_says_why_and_keeps_nothing(what: str, desk: Client, settings: Any) -> None:
    content, why = REFUSED[what]
    file = SimpleUploadedFile("picture.png", content or b" ", "image/png")
    page = desk.post("/admin/images/add/", {"title": "From a reader", "file": file})
    assert page.status_code == 200
    assert [one for one in page.context["form"].errors["file"] if _says(why, one)]
    assert not Picture.objects.exists()
    assert stored(settings) == []


def test_the_form_for_many_says_it_too(desk: Client, settings: Any) -> None:
    file = SimpleUploadedFile("drawing.svg", SVG, "image/svg+xml")
    answer = desk.post("/admin/images/multiple/add/", {"files[]": file, "title": "A drawing"})
    assert answer.json()["success"] is False
    assert "not a picture" in answer.json()["error_message"]
    assert stored(settings) == []


@pytest.mark.parametrize("door", ["take_in", "form", "many", "many, without a title"])
def test_places_are_forgotten_and_the_picture_stands_upright(
    door: str, desk: Client, settings: Any
) -> None:
    content = from_a_telephone()
    assert content.count(HOME.encode()) == 3
    file = SimpleUploadedFile("home.jpg", content, "image/jpeg")
    if door == "take_in":
        take_in(content, "A house")
    elif door == "form":
        desk.post("/admin/images/add/", {"title": "A house", "file": file})
    else:
        title = "A house" if door == "many" else " "
        answer = desk.post("/admin/images/multiple/add/", {"files[]": file, "title": title})
        assert answer.json()["success"] is True
    (kept,) = stored(settings)
    assert HOME.encode() not in kept.read_bytes()
    with Image.open(kept) as picture:
        assert dict(picture.getexif()) == {}
        assert not {"xmp", "comment", "photoshop"} & set(picture.info)
        assert picture.size == (40, 60)
        above, below = picture.getpixel((20, 10)), picture.getpixel((20, 50))
        assert isinstance(above, tuple)
        assert isinstance(below, tuple)
        assert above[0] > 200 > 50 > below[0], "red above, blue below"


def test_a_large_upload_is_cleaned_in_its_file_too(newsroom: Newsroom) -> None:
    content = from_a_telephone()
    upload = TemporaryUploadedFile("home.jpg", "image/jpeg", len(content), None)
    upload.write(content)
    PictureFileField().clean(upload)
    assert HOME.encode() not in Path(upload.temporary_file_path()).read_bytes()


def test_a_picture_as_large_as_is_allowed_is_taken(newsroom: Newsroom) -> None:
    picture = take_in(photograph("PNG", size=(10_000, 5_000)), "A wall")
    assert (picture.width, picture.height) == (10_000, 5_000)


def test_of_a_moving_picture_the_first_is_kept(newsroom: Newsroom, settings: Any) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "lime", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    picture = take_in(file.getvalue(), "A flag")
    with Image.open(picture.file.path) as kept:
        assert kept.format == "PNG"
        assert getattr(kept, "n_frames", 1) == 1
        assert kept.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_every_kind_of_drawing_can_be_cut(mode: str, newsroom: Newsroom) -> None:
    file = io.BytesIO()
    Image.new(mode, (90, 60)).save(file, "PNG")
    assert take_in(file.getvalue(), mode).get_rendition("width-40|format-webp").width == 40


def test_a_print_shops_colours_become_a_screens(newsroom: Newsroom) -> None:
    file = io.BytesIO()
    Image.new("CMYK", (90, 60), (0, 255, 255, 0)).save(file, "JPEG")
    picture = take_in(file.getvalue(), "A poster")
    with Image.open(picture.file.path) as kept:
        assert kept.mode == "RGB"


NAMES = {
    "../../../etc/passwd.jpg": "passwd.jpg",
    "..\\..\\boot.jpg": "boot.jpg",
    "x" * 300 + ".jpg": "x" * 60 + ".jpg",
    "photo\u202egpj.exe": "photogpj.jpg",
    "الميناء.jpg": "picture.jpg",
    "": "picture.jpg",
    ".htaccess": "htaccess.jpg",
    "a\x00b\r\nc.jpg": "abc.jpg",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_made_plain(name: str) -> None:
    wanted = NAMES[name]
    assert pictures.file_name(name, "jpg") in (wanted, wanted.replace("abc", "ab-c"))


def test_a_title_of_any_length_and_direction_is_taken(newsroom: Newsroom) -> None:
    picture = take_in(photograph(), "\u202egpj.exe \u0000" + "x" * 900, photographer="y" * 900)
    picture.refresh_from_db()
    assert picture.title.startswith("gpj.exe xxx")
    assert len(picture.title) == 255
    assert len(picture.photographer) == 120
    assert take_in(photograph(), "\u202e").title == "Picture"


def test_a_file_with_the_wrong_ending_is_still_a_picture(desk: Client, settings: Any) -> None:
    file = SimpleUploadedFile("../up/\u202eharbour.jpg", photograph("PNG"), "image/jpeg")
    desk.post("/admin/images/add/", {"title": "\u202eHarbour", "file": file})
    picture = Picture.objects.get()
    assert picture.title == "Harbour"
    assert Path(picture.file.name).parent == Path("original_images")
    assert Path(picture.file.name).suffix == ".png"


def test_the_reason_is_given_in_the_editors_language(desk: Client, cast: Cast) -> None:
    profile = UserProfile.get_for_user(cast.irene)
    profile.preferred_language = "es"
    profile.save()
    file = SimpleUploadedFile("drawing.svg", SVG, "image/svg+xml")
    page = desk.post("/admin/images/add/", {"title": "A drawing", "file": file})
    with translation.override("es"), pytest.raises(PictureRefused) as refusal:
        pictures.rewritten(SVG)
    assert page.context["form"].errors["file"] == [str(refusal.value)]


def _says(why: str, line: str) -> bool:
    return any(part in line for part in why.split("|"))
