"""A story under embargo is published when its embargo ends, whoever presses what before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import GroupApprovalTask, Revision, Workflow, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data

from broadsheet.background import Background
from broadsheet.newsroom import press, publications
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.scheduling import keep_schedule

from .conftest import Newsroom
from .writing import story_form

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOON = NOW + timedelta(hours=3)
SECRET = "The minister resigns"


class Clock:
    """The time of day, which a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOW
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def strikes(self, at: datetime) -> None:
        """It is this time now, and the background has done its minute's work."""
        self.at = at
        keep_schedule.func()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def boss(client: Client, db: None) -> Any:
    someone = get_user_model().objects.create_superuser("boss@example.com", "secret-words")
    client.force_login(someone)
    return someone


@pytest.fixture
def story(newsroom: Newsroom) -> Article:
    """A draft that nobody may know of before noon."""
    draft = newsroom.story(
        "story", title=SECRET, live=False, published_at=None, embargo=NOON, access="free"
    )
    draft.save_revision()
    return Article.objects.get(pk=draft.pk)


def newest(article: Article) -> Revision:
    revision = Article.objects.get(pk=article.pk).get_latest_revision()
    assert revision is not None
    return revision


def by_its_revision(article: Article, client: Client, boss: Any) -> None:
    newest(article).publish(user=boss)


def by_the_action(article: Article, client: Client, boss: Any) -> None:
    PublishPageRevisionAction(newest(article), user=boss).execute()


def by_the_button(article: Article, client: Client, boss: Any) -> None:
    form = {**story_form(article), "embargo": "2026-03-02 12:00", "action-publish": "1"}
    answer = client.post(f"/admin/pages/{article.pk}/edit/", nested_form_data(form), follow=True)
    assert "has been scheduled for publishing" in answer.content.decode()


def by_the_list(article: Article, client: Client, boss: Any) -> None:
    address = f"/admin/bulk/wagtailcore/page/publish/?id={article.pk}&next=/admin/"
    assert client.post(address).status_code == 302


def by_a_schedule_before(article: Article, client: Client, boss: Any) -> None:
    article.go_live_at = NOW + timedelta(hours=1)
    article.save_revision().publish(user=boss)


def by_an_old_version(article: Article, client: Client, boss: Any) -> None:
    article.embargo = None
    before = article.save_revision()
    article.embargo = NOON
    article.save_revision()
    Revision.objects.get(pk=before.pk).publish(user=boss)


def by_approval(article: Article, client: Client, boss: Any) -> None:
    workflow, task = Workflow.objects.create(name="One"), GroupApprovalTask.objects.create(name="x")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    state = workflow.start(article, boss)
    state.current_task_state.approve(user=boss)


def by_the_command_for_schedules(article: Article, client: Client, boss: Any) -> None:
    newest(article).publish()
    Revision.objects.update(approved_go_live_at=NOW - timedelta(minutes=1))
    call_command("publish_scheduled")


def by_its_alias(article: Article, client: Client, boss: Any) -> None:
    article.create_alias(update_slug="alias", user=boss)
    newest(article).publish(user=boss)


DOORS = [by_its_revision, by_the_action, by_the_button, by_the_list, by_a_schedule_before]
DOORS += [by_an_old_version, by_approval, by_the_command_for_schedules, by_its_alias]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_whoever_publishes_before_the_embargo_schedules_the_story_for_its_end(
    client: Client,
    newsroom: Newsroom,
    story: Article,
    clock: Clock,
    boss: Any,
    door: Callable[[Article, Client, Any], None],
) -> None:
    door(story, client, boss)
    reader = Client()
    for minute in (0, 61, 179):
        clock.strikes(NOW + timedelta(minutes=minute))
        assert not Article.objects.live().exists()
        assert press.find(story.get_url()) is None
        assert reader.get(story.get_url()).status_code == 404
        for page in ("/us/", "/us/world/"):
            assert SECRET not in reader.get(page).content.decode()
    clock.strikes(NOON + timedelta(minutes=1))
    assert press.find(story.get_url()) is not None
    assert SECRET in reader.get("/us/world/").content.decode()
    out = Article.objects.get(pk=story.pk)
    assert out.published_at == NOON + timedelta(minutes=1)


def test_a_new_story_is_not_public_for_an_instant_before_it_is_scheduled(
    newsroom: Newsroom,
) -> None:
    fresh = Article(title=SECRET, slug="fresh", embargo=NOON)
    newsroom.world.add_child(instance=fresh)
    assert not Article.objects.live().exists()


def test_a_copy_of_a_story_under_embargo_is_under_embargo(story: Article) -> None:
    copy = story.copy(update_attrs={"slug": "copy"}, keep_live=True)
    assert copy.embargo == NOON
    newest(copy).publish()
    assert not Article.objects.live().exists()


def test_an_embargo_that_is_moved_forward_or_lifted_moves_the_publication(
    client: Client, story: Article, clock: Clock, boss: Any
) -> None:
    for embargo, planned in (("2026-03-02 11:00", NOW + timedelta(hours=2)), ("", None)):
        form = {**story_form(story), "embargo": embargo, "go_live_at": "2026-03-02 12:00"}
        client.post(f"/admin/pages/{story.pk}/edit/", nested_form_data(form))
        draft = Article.objects.get(pk=story.pk).get_latest_revision_as_object()
        assert draft.go_live_at == planned
        story.refresh_from_db()
        draft.embargo = NOON
        draft.go_live_at = NOON
        draft.save_revision()


def test_a_story_that_readers_have_cannot_be_put_under_embargo(
    client: Client, newsroom: Newsroom, boss: Any
) -> None:
    public = newsroom.story("public", published_at=NOW)
    form = {**story_form(public), "embargo": "2026-03-02 12:00", "action-publish": "1"}
    page = client.post(f"/admin/pages/{public.pk}/edit/", nested_form_data(form)).content.decode()
    assert "This story is published: readers have it." in page
    assert press.find(public.get_url()) is not None


def test_what_is_due_is_announced_and_published_once(
    story: Article, clock: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    newest(story).publish()
    said: list[str] = []
    before = publications._paper._listener
    publications.listen(lambda: said.append("changed"))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            clock.strikes(NOON)
        first = Article.objects.get(pk=story.pk).last_published_at
        assert said
        clock.strikes(NOON + timedelta(minutes=1))
    finally:
        publications.listen(before)
    assert Article.objects.get(pk=story.pk).last_published_at == first == NOON


def test_the_background_keeps_the_schedule_once_a_minute(db: None) -> None:
    for _ in range(2):
        Background()._enqueue_what_is_due()
    queued = DBTaskResult.objects.filter(task_path__endswith="keep_schedule")
    assert queued.count() == 1


def test_a_story_that_cannot_be_published_does_not_keep_back_those_behind_it(
    newsroom: Newsroom, clock: Clock
) -> None:
    for slug, hours in (("bad", 1), ("good", 2)):
        draft = newsroom.story(slug, live=False, published_at=None)
        draft.go_live_at = NOW + timedelta(hours=hours)
        draft.save_revision().publish()
    bad = Revision.objects.get(content__slug="bad")
    bad.content = {**bad.content, "title": ""}
    bad.save()
    clock.strikes(NOW + timedelta(hours=3))
    assert [one.slug for one in Article.objects.live()] == ["good"]


def test_a_story_that_expires_is_taken_back(newsroom: Newsroom, clock: Clock) -> None:
    story = newsroom.story("story", published_at=NOW, expire_at=NOON)
    clock.strikes(NOW + timedelta(hours=1))
    assert press.find(story.get_url()) is not None
    clock.strikes(NOON + timedelta(minutes=1))
    assert press.find(story.get_url()) is None


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("field", ["published_at", "updated_at", "embargo", "go_live_at"])
def test_times_that_cannot_be_are_refused_at_their_field(
    newsroom: Newsroom, year: int, field: str
) -> None:
    fields = {"published_at": NOW, field: datetime(year, 12, 31, 23, 59, tzinfo=UTC)}
    draft = Article(title="x", slug="x", live=False, path="0001", depth=1, **fields)
    with pytest.raises(ValidationError) as refusal:
        draft.clean()
    assert field in refusal.value.message_dict
