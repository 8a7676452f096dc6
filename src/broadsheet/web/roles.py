"""Who works at a paper: the groups and the workflow that it starts with."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

REPORTER = "Reporter"
EDITOR = "Editor"
SUBSCRIPTION_STAFF = "Subscription staff"
ADMINISTRATOR = "Administrator"
WORKFLOW = "Editors approve"
WAGTAILS_OWN = ("Editors", "Moderators")
"""The groups of a fresh Wagtail, and its workflow: beside ours they would only be mistaken."""
WAGTAILS_WORKFLOW = "Moderators approval"
ENTER = "wagtailadmin.access_admin"
FILING = ("author", "topic", "breakingnews", "liveentry")
"""What editors keep besides pages and pictures."""
LETTERS = ("newsletter", "issue")
"""What editors keep of newsletters: who gets them is subscription staff's."""
MONEY = ("subscriptions", "billing", "institutions", "terms", "mail", "newsletters")
"""The apps of subscription staff. What nobody may do by hand, their own policies refuse."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a group may do: with pages, with pictures, and by Django's permissions."""

    name: str
    pages: tuple[str, ...]
    pictures: tuple[str, ...]
    others: Q


def _named(*permissions: str) -> Q:
    chosen = Q(pk__in=[])
    for name in permissions:
        app, codename = name.split(".")
        chosen |= Q(content_type__app_label=app, codename=codename)
    return chosen


ROLES = (
    Role(
        REPORTER,
        pages=("add",),
        pictures=("add_image", "choose_image"),
        others=_named(ENTER, "newsroom.view_author", "newsroom.view_topic"),
    ),
    Role(
        EDITOR,
        pages=("add", "change", "publish", "lock", "unlock"),
        pictures=("add_image", "change_image", "choose_image"),
        others=_named(ENTER)
        | Q(content_type__app_label="newsroom", content_type__model__in=FILING)
        | Q(content_type__app_label="newsletters", content_type__model__in=LETTERS)
        | Q(content_type__app_label="wagtailredirects"),
    ),
    Role(
        SUBSCRIPTION_STAFF,
        pages=(),
        pictures=(),
        others=_named(ENTER) | Q(content_type__app_label__in=MONEY),
    ),
    Role(
        ADMINISTRATOR,
        pages=("add", "change", "publish", "lock", "unlock", "bulk_delete"),
        pictures=("add_image", "change_image", "choose_image"),
        others=~Q(pk__in=[]),
    ),
)


def ship() -> None:
    """Make the groups and the workflow of a paper that has none of them yet.

    A paper that has one of them has had them all: what it changed since, or took away, is its
    own affair.
    """
    with transaction.atomic():
        if Group.objects.filter(name__in=[role.name for role in ROLES]).exists():
            return
        groups = {role.name: _make(role) for role in ROLES}
        _ship_workflow([groups[EDITOR], groups[ADMINISTRATOR]])
        _put_wagtails_own_away()


def _make(role: Role) -> Group:
    group = Group.objects.create(name=role.name)
    group.permissions.set(Permission.objects.filter(role.others))
    root = Page.get_first_root_node()
    for kind in role.pages:
        GroupPagePermission.objects.create(group=group, page=root, permission_type=kind)
    collection = Collection.get_first_root_node()
    chosen = Permission.objects.filter(
        content_type__app_label="wagtailimages", codename__in=role.pictures
    )
    for permission in chosen:
        GroupCollectionPermission.objects.create(
            group=group, collection=collection, permission=permission
        )
    return group


def _ship_workflow(approving: Iterable[Group]) -> None:
    # At the root of the tree: a paper that is made later stands below it.
    root = Page.get_first_root_node()
    there = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if there is not None and there.workflow.name != WAGTAILS_WORKFLOW:
        return
    task = GroupApprovalTask.objects.create(name=WORKFLOW)
    task.groups.set(approving)
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})


def _put_wagtails_own_away() -> None:
    # What is in use stays: a group with members, a workflow that a page has been through.
    Group.objects.filter(name__in=WAGTAILS_OWN, user=None).delete()
    unused = Workflow.objects.filter(name=WAGTAILS_WORKFLOW, workflow_states=None)
    unused.filter(workflow_pages=None).delete()
    Task.objects.filter(name=WAGTAILS_WORKFLOW, workflow_tasks=None, task_states=None).delete()
