"""A paper on Ghost moves here: stories in any of Ghost's forms, and members."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from broadsheet.importing.models import ImportedItem, ReportLine
from broadsheet.importing.runs import FileRefused
from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from tests import people
from tests.importing.conftest import Operator, report, text_of
from tests.importing.files import ghost, jpeg, lexical, paragraph, post

type Story = Callable[..., Article]

MEMBERS = """id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,\
created_at,deleted_at,labels,tiers
6401,free@old.example,Fay,,true,,,2023-02-03T04:05:06.000Z,,,
6402,comp@old.example,Coe,a friend,true,true,,2023-02-03T04:05:06.000Z,,VIP,
6403,paid@old.example,Pat,,true,,cus_123,2023-02-03T04:05:06.000Z,,,Gold
6404,no address,,,,,,,,,
"""


def test_a_post_becomes_a_story_filed_and_signed_as_there(operator: Operator, story: Story) -> None:
    one = post(custom_excerpt="Six years.", visibility="members")
    file = ghost(
        [one],
        tags=[
            {"id": "t1", "name": "World", "slug": "world"},
            {"id": "t2", "name": "River", "slug": "river"},
            {"id": "t3", "name": "#internal", "slug": "hash-internal"},
        ],
        posts_tags=[
            {"id": f"p{n}", "post_id": one["id"], "tag_id": f"t{n}", "sort_order": n}
            for n in (3, 2, 1)
        ],
        users=[
            {"id": "u1", "name": "Ann Poe", "slug": "ann", "email": "ann@old.example"},
            {"id": "u2", "name": "Bo Lee", "slug": "bo", "bio": "Writes."},
        ],
        posts_authors=[
            {"id": "a2", "post_id": one["id"], "author_id": "u1", "sort_order": 1},
            {"id": "a1", "post_id": one["id"], "author_id": "u2", "sort_order": 0},
        ],
        posts_meta=[{"id": "m", "post_id": one["id"], "meta_title": "For machines"}],
    )
    run = operator.imports(file, "ghost.json")
    assert (run.made, run.failed) == (1, 0)
    made = story("a-bridge-opens")
    assert (made.section.slug, made.access, made.standfirst) == (
        "world",
        "registered",
        "Six years.",
    )
    assert [author.slug for author in made.authors] == ["bo", "ann"]
    assert [topic.slug for topic in made.topics.all()] == ["river"]
    assert made.published_at == datetime(2024, 5, 17, 10, tzinfo=UTC)
    assert made.seo_title == "For machines"
    assert Client().get("/a-bridge-opens/")["Location"] == "/us/world/a-bridge-opens/"
    assert operator.imports(file, "ghost.json").same == 1


@pytest.mark.parametrize(
    ("visibility", "access"),
    [
        ("public", "free"),
        ("members", "registered"),
        ("paid", "subscribers"),
        ("tiers", "subscribers"),
        ("label:vip", "subscribers"),
    ],
)
def test_who_may_read_it_is_who_might_there(
    operator: Operator, story: Story, visibility: str, access: str
) -> None:
    operator.imports(ghost([post(visibility=visibility)]), "g.json")
    assert story().access == access


def test_a_story_kept_as_lexical(operator: Operator, story: Story) -> None:
    jpeg(operator.folder / "content/images/2024/05/bridge.jpg")
    body = lexical(
        paragraph("Strong words", 1),
        {"type": "extended-heading", "tag": "h2", "children": [{"type": "text", "text": "Part"}]},
        {
            "type": "paragraph",
            "children": [
                {"type": "text", "text": "See "},
                {
                    "type": "link",
                    "url": "https://x.example/",
                    "children": [{"type": "text", "text": "there"}],
                },
            ],
        },
        {"type": "paywall", "version": 1},
        {
            "type": "list",
            "listType": "number",
            "children": [{"type": "listitem", "children": [{"type": "text", "text": "One"}]}],
        },
        {
            "type": "image",
            "src": "__GHOST_URL__/content/images/size/w600/2024/05/bridge.jpg",
            "alt": "A bridge",
            "caption": "At <b>dawn</b>",
        },
        {"type": "html", "html": "<script>alert(1)</script><p>By hand</p>"},
        {"type": "horoscope", "title": "Stars"},
        {"type": "extended-quote", "children": [{"type": "text", "text": "Said"}]},
    )
    run = operator.imports(ghost([post(lexical=body, visibility="paid")]), "g.json")
    blocks = text_of(story())
    picture = blocks.pop(5)
    assert blocks == [
        ("paragraph", "<p><b>Strong words</b></p>"),
        ("subheading", "Part"),
        ("paragraph", '<p>See <a href="https://x.example/">there</a></p>'),
        ("preview_end", None),
        ("paragraph", "<p>1. One</p>"),
        ("paragraph", "<p>By hand</p>"),
        ("paragraph", "<p>Stars</p>"),
        ("pull_quote", "Said"),
    ]
    assert picture[1]["alt"] == "A bridge"
    assert picture[1]["caption"] == "At dawn"
    assert "horoscope" in report(run)
    assert "Scripts" in report(run)


def test_a_story_kept_as_mobiledoc(operator: Operator, story: Story) -> None:
    body = json.dumps(
        {
            "version": "0.3.1",
            "markups": [["strong"], ["a", ["href", "https://x.example/"]]],
            "atoms": [["soft-return", "", {}]],
            "cards": [["paywall", {}], ["embed", {"url": "https://video.example/1"}]],
            "sections": [
                [1, "p", [[0, [0], 1, "Bold"], [1, [], 0, 0], [0, [1], 1, "link"]]],
                [10, 0],
                [3, "ul", [[[0, [], 0, "Point"]]]],
                [10, 1],
            ],
        }
    )
    operator.imports(ghost([post(mobiledoc=body, visibility="paid")]), "g.json")
    assert [kind for kind, _ in text_of(story())][:3] == ["paragraph", "preview_end", "paragraph"]
    assert text_of(story())[0][1] == (
        '<p><b>Bold</b><br/><a href="https://x.example/">link</a></p>'
    )


def test_a_damaged_form_falls_back_on_the_page_s_own_html(operator: Operator, story: Story) -> None:
    html = "<p>Open.</p><!--members-only--><p>Shut.</p>"
    run = operator.imports(ghost([post(lexical="{broken", html=html, visibility="paid")]), "g.json")
    assert [kind for kind, _ in text_of(story())] == ["paragraph", "preview_end", "paragraph"]
    assert "lexical" in report(run)


def test_members_become_readers_who_sign_in_with_a_code(operator: Operator) -> None:
    gift = people.plan("gift", 1)
    run = operator.imports(MEMBERS, "members.csv", comped_plan="gift")
    assert (run.made, run.failed) == (3, 1)
    fay = Reader.objects.get(email="free@old.example")
    assert not fay.has_usable_password()
    assert (fay.first_name, fay.date_joined.year, fay.is_staff) == ("Fay", 2023, False)
    assert EmailAddress.objects.get(user=fay).verified
    coe = Reader.objects.get(email="comp@old.example")
    assert coe.subscriptions.get().plan == gift
    assert not Reader.objects.get(email="paid@old.example").subscriptions.exists()
    assert "cus_123" in report(run)
    assert "Labels: VIP" in report(run)
    assert not mail.outbox
    again = operator.imports(MEMBERS, "members.csv", comped_plan="gift")
    assert (again.made, again.changed, again.same) == (0, 0, 3)
    assert coe.subscriptions.count() == 1


def test_who_reads_for_nothing_is_listed_when_no_plan_is_named(operator: Operator) -> None:
    run = operator.imports(MEMBERS, "members.csv")
    assert "--comped-plan" in report(run)
    with pytest.raises(FileRefused, match="there are"):
        operator.imports(MEMBERS, "again.csv", comped_plan="none")


def test_an_account_that_is_there_stays_as_it_is(operator: Operator) -> None:
    staff = people.reader("FREE@old.example".lower(), first_name="Own", is_staff=True)
    run = operator.imports(MEMBERS, "members.csv")
    staff.refresh_from_db()
    assert (staff.first_name, staff.is_staff) == ("Own", True)
    assert "There is one with this address" in report(run)


def test_whoever_deleted_their_account_is_not_brought_back(operator: Operator) -> None:
    operator.imports(MEMBERS, "members.csv")
    Reader.objects.get(email="paid@old.example").delete()
    assert not ReportLine.objects.filter(what__contains="cus_123").exists()
    operator.imports(MEMBERS.replace("Pat", "Patricia"), "members.csv")
    assert not Reader.objects.filter(email="paid@old.example").exists()
    assert "paid@old.example" not in str(list(ImportedItem.objects.values()))


def test_members_in_the_export_itself_are_the_same_as_in_the_list(operator: Operator) -> None:
    file = ghost(
        [],
        members=[{"id": "6403", "email": "paid@old.example", "status": "paid"}],
        members_stripe_customers=[{"id": "s", "member_id": "6403", "customer_id": "cus_123"}],
    )
    operator.imports(file, "g.json")
    operator.imports(MEMBERS, "members.csv")
    assert Reader.objects.filter(email="paid@old.example").count() == 1


def test_a_scheduled_and_a_mailed_post(operator: Operator, story: Story) -> None:
    ahead = f"{timezone.now().year + 1}-01-01T00:00:00.000Z"
    later = post("1" * 24, "Later", status="scheduled", published_at=ahead)
    run = operator.imports(ghost([later, post("2" * 24, "Mailed", status="sent")]), "g.json")
    assert story("later").approved_schedule
    assert not story("mailed").live
    assert "sent by mail only" in report(run)
