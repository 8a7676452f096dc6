"""Who may do what at a paper: reporters write, editors publish, subscription staff do neither."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from modelsearch import index
from wagtail.models import Page, Workflow
from wagtail.test.utils.form_data import nested_form_data

from broadsheet.newsroom.models import Article
from broadsheet.web import roles
from tests import people

from .conftest import Newsroom
from .writing import story_form

MONEY = """
    subscriptions/subscription subscriptions/plan billing/invoice billing/offer
    institutions/institution terms/terms mail/letter
"""


@pytest.fixture(autouse=True)
def _groups(db: None) -> None:
    roles.ship()


def signed_in(name: str, group: str) -> Client:
    someone = people.reader(f"{name}@example.com")
    someone.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(someone)
    return client


@pytest.fixture
def hugo(newsroom: Newsroom) -> Client:
    return signed_in("hugo", roles.REPORTER)


@pytest.fixture
def clara(newsroom: Newsroom) -> Client:
    return signed_in("clara", roles.EDITOR)


def written(newsroom: Newsroom, client: Client, **fields: Any) -> Any:
    """A new story in World, sent from its screen."""
    form = nested_form_data(story_form(title="The mayor resigns", slug="mayor", **fields))
    return client.post(f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/", form, follow=True)


def statuses(client: Client, paths: list[str]) -> set[int]:
    return {client.get(path).status_code for path in paths}


def test_what_a_reporter_submits_is_published_when_an_editor_approves(
    newsroom: Newsroom, hugo: Client, clara: Client
) -> None:
    written(newsroom, hugo, **{"action-submit": "1"})
    story = Article.objects.get(slug="mayor")
    assert not story.live
    task = story.current_workflow_task_state
    assert task.task.name == roles.WORKFLOW
    address = reverse("wagtailadmin_pages:workflow_action", args=[story.pk, "approve", task.pk])
    hugo.post(address)
    assert not Article.objects.get(slug="mayor").live
    clara.post(address)
    assert Article.objects.get(slug="mayor").live


def test_a_reporter_cannot_publish(newsroom: Newsroom, hugo: Client) -> None:
    written(newsroom, hugo, **{"action-publish": "1"})
    story = Article.objects.get(slug="mayor")
    form = {**story_form(story), "action-publish": "1"}
    hugo.post(f"/admin/pages/{story.pk}/edit/", nested_form_data(form))
    hugo.post(f"/admin/bulk/wagtailcore/page/publish/?id={story.pk}&next=/admin/")
    assert not Article.objects.filter(live=True).exists()


def test_a_reporter_writes_only_stories_of_their_own(newsroom: Newsroom, hugo: Client) -> None:
    other = newsroom.story("other")
    assert hugo.get(f"/admin/pages/{other.pk}/edit/").status_code == 302
    assert hugo.get(f"/admin/pages/{newsroom.us.pk}/edit/").status_code == 302


def test_an_editor_keeps_the_front_page_and_what_stories_are_filed_under(
    newsroom: Newsroom, clara: Client
) -> None:
    paths = [f"/admin/pages/{page.pk}/edit/" for page in (newsroom.us, newsroom.story("other"))]
    paths += ["/admin/snippets/newsroom/author/add/", "/admin/snippets/newsroom/topic/add/"]
    paths += ["/admin/images/add/"]
    assert statuses(clara, paths) == {200}


def test_only_subscription_staff_see_subscriptions(
    newsroom: Newsroom, hugo: Client, clara: Client
) -> None:
    paths = [f"/admin/snippets/{name}/" for name in MONEY.split()]
    assert statuses(signed_in("paul", roles.SUBSCRIPTION_STAFF), paths) == {200}
    assert 200 not in statuses(hugo, paths) | statuses(clara, paths)


def test_subscription_staff_neither_read_drafts_nor_write(newsroom: Newsroom) -> None:
    paul = signed_in("paul", roles.SUBSCRIPTION_STAFF)
    draft = newsroom.story("draft", live=False)
    draft.save_revision()
    paths = [f"/admin/pages/{draft.pk}/{door}/" for door in ("edit", "view_draft", "edit/preview")]
    paths += [f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/"]
    assert 200 not in statuses(paul, paths)


def test_an_administrator_may_do_everything_without_being_superuser(newsroom: Newsroom) -> None:
    boss = signed_in("boss", roles.ADMINISTRATOR)
    paths = [f"/admin/snippets/{name}/" for name in MONEY.split()]
    paths += [f"/admin/pages/{newsroom.us.pk}/edit/", "/admin/users/", "/admin/groups/"]
    assert statuses(boss, paths) == {200}


def test_a_paper_keeps_the_roles_it_has_changed(newsroom: Newsroom) -> None:
    Group.objects.get(name=roles.REPORTER).delete()
    editors = Group.objects.get(name=roles.EDITOR)
    editors.permissions.clear()
    Workflow.objects.get(name=roles.WORKFLOW).delete()
    roles.ship()
    assert not Group.objects.filter(name=roles.REPORTER).exists()
    assert not editors.permissions.exists()
    assert not Workflow.objects.filter(name=roles.WORKFLOW).exists()


def test_wagtails_own_groups_are_not_there_to_be_mistaken_for_ours(newsroom: Newsroom) -> None:
    assert {*Group.objects.values_list("name", flat=True)} == {role.name for role in roles.ROLES}
    root = Page.get_first_root_node()
    assert root.get_workflow().name == roles.WORKFLOW
    assert [*Workflow.objects.values_list("name", flat=True)] == [roles.WORKFLOW]


@pytest.mark.parametrize("asked", ["{}/", "search/?q=secret", "?page_type=newsroom.article"])
def test_a_drafts_headline_is_only_for_those_who_work_with_pages(
    newsroom: Newsroom, clara: Client, asked: str
) -> None:
    for live, slug in ((False, "secret-plan"), (True, "secret-told")):
        index.insert_or_update_object(newsroom.story(slug, live=live))
    pedro = signed_in("pedro", roles.SUBSCRIPTION_STAFF)
    address = f"/admin/choose-page/{asked.format(newsroom.world.pk)}"
    for client, sees in ((clara, True), (pedro, False)):
        page = client.get(address).content.decode()
        assert ("Secret plan" in page) is sees
        assert "Secret told" in page
