"""Staff see what was imported, and begin an import from the newsroom."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from broadsheet.importing import uploads
from broadsheet.importing.models import ImportPart, ImportRun
from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from tests.importing.conftest import Operator
from tests.importing.files import ghost, item, wxr
from tests.newsroom.conftest import Newsroom
from tests.people import Cast

STAFF = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def irene(cast: Cast, client: Client, settings: object) -> Client:
    client.force_login(cast.irene, STAFF)
    return client


def begin(client: Client, newsroom: Newsroom, content: str, name: str) -> ImportRun | None:
    upload = SimpleUploadedFile(name, content.encode())
    fields = {"file": upload, "section": newsroom.world.pk, "access": "free"}
    answer = client.post("/admin/import/", fields)
    assert answer.status_code in (200, 302)
    return ImportRun.objects.first()


def test_an_editor_begins_an_import_and_reads_what_became_of_it(
    newsroom: Newsroom, irene: Client
) -> None:
    run = begin(irene, newsroom, wxr(item(1), item(2, "Menu", kind="nav_menu_item")), "old.xml")
    assert run is not None
    assert (run.state, run.by_id is not None) == ("queued", True)
    uploads.carry_out.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.made) == ("done", 1)
    assert Article.objects.get().live
    page = irene.get(f"/admin/import/{run.pk}/").content.decode()
    assert "nav_menu_item" in page
    assert "old.xml" in irene.get("/admin/import/").content.decode()
    assert not ImportPart.objects.exists()


def test_an_import_whose_process_died_is_taken_up_and_one_that_moves_is_left_alone(
    newsroom: Newsroom, irene: Client
) -> None:
    run = begin(irene, newsroom, wxr(item(1)), "old.xml")
    assert run is not None
    ImportRun.objects.update(state="running", moved_at=timezone.now())
    uploads.carry_out.call(run.pk)
    assert not Article.objects.exists()
    ImportRun.objects.update(moved_at=timezone.now() - 2 * uploads.STILL)
    uploads.carry_out.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.made) == ("done", 1)


@pytest.mark.parametrize("name", ["a.exe", "a.csv", "../../a.html"])
def test_other_files_are_refused_and_not_kept(newsroom: Newsroom, irene: Client, name: str) -> None:
    assert begin(irene, newsroom, "<rss>", name) is None
    assert not ImportPart.objects.exists()


def test_a_file_that_is_no_export_says_so_in_its_report(newsroom: Newsroom, irene: Client) -> None:
    run = begin(irene, newsroom, "<rss><channel></channel></rss>", "a.xml")
    assert run is not None
    uploads.carry_out.call(run.pk)
    run.refresh_from_db()
    assert run.state == "refused"
    assert run.message in irene.get(f"/admin/import/{run.pk}/").content.decode()


def test_readers_do_not_come_in_by_this_door(newsroom: Newsroom, irene: Client) -> None:
    members = [{"id": "1", "email": "new@old.example", "status": "free"}]
    run = begin(irene, newsroom, ghost([], members=members), "g.json")
    assert run is not None
    uploads.carry_out.call(run.pk)
    assert not Reader.objects.filter(email="new@old.example").exists()


def test_only_those_who_may_see_imports(
    newsroom: Newsroom, operator: Operator, cast: Cast, client: Client
) -> None:
    run = operator.imports(wxr(item(1)))
    client.force_login(cast.nora, STAFF)
    for address in ("/admin/import/", f"/admin/import/{run.pk}/"):
        assert client.get(address).status_code in (302, 403)
