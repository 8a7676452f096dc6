"""Pictures in a store that all hosts share, spoken to by S3's own protocol."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from moto.server import ThreadedMotoServer
from PIL import Image

from broadsheet.gate.pages import Face, Kind, Wall
from broadsheet.gate.ready import common, gifted
from broadsheet.newsroom import press
from broadsheet.newsroom.models import Picture
from broadsheet.settings import PaperSettings
from tests.live import free_port
from tests.people import Cast

from .conftest import Newsroom

KEYS = {"access_key": "a-key", "secret_key": "its-secret"}


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket that everybody may read, as the storage of pictures; its address."""
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    origin = f"http://127.0.0.1:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=origin,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    client.create_bucket(Bucket="pictures", ACL="public-read")
    options = {
        **KEYS,
        "endpoint_url": origin,
        "region_name": "us-east-1",
        "bucket_name": "pictures",
        "querystring_auth": False,
        "default_acl": "public-read",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    yield f"{origin}/pictures/"
    server.stop()


def test_what_an_editor_sends_is_shown_from_there(
    newsroom: Newsroom, cast: Cast, client: Client, bucket: str, tmp_path: Any
) -> None:
    client.force_login(cast.irene, backend="django.contrib.auth.backends.ModelBackend")
    drawn = BytesIO()
    Image.new("RGB", (900, 600), (40, 80, 120)).save(drawn, "JPEG")
    file = SimpleUploadedFile("harbour.jpg", drawn.getvalue(), "image/jpeg")
    answer = client.post("/admin/images/add/", {"title": "The harbour", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    picture = Picture.objects.get(title="The harbour")
    newsroom.story("harbour-opens", access="free", lead_picture=picture, lead_alt="The harbour")
    found = press.find("/us/world/harbour-opens/")
    assert found is not None
    page = press.print_page(found, Face(Kind.FULL, Wall.NONE, False, False, "en"))
    assert page is not None
    addresses = {part for part in page.decode().split('"') if part.startswith(bucket)}
    shown = {part.split(" ")[0] for address in addresses for part in address.split(", ")}
    assert shown, "the story's page shows it from the bucket"
    for address in shown:
        with urlopen(address) as got:
            assert got.headers["content-type"] in ("image/webp", "image/jpeg")
            assert Image.open(BytesIO(got.read())).width > 100
    assert not (tmp_path / "media").exists(), "nothing of it is kept on this host"


def test_pages_may_show_pictures_from_there_and_from_nowhere_else() -> None:
    for headers in (common("https://pictures.example"), gifted("https://pictures.example")):
        told = dict(headers)[b"content-security-policy"].decode()
        assert "img-src 'self' data: https://pictures.example;" in told
    assert "img-src 'self' data:;" in dict(common())[b"content-security-policy"].decode()


@pytest.mark.parametrize(
    "wrong",
    [
        "pictures.example",
        "https://pictures.example/a",
        "https://*",
        "https://a.example; script-src *",
    ],
)
def test_an_origin_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="media_origin"):
        PaperSettings(media_origin=wrong)
