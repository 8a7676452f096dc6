"""A paper on WordPress moves here."""

from collections.abc import Callable
from datetime import UTC, datetime
from zipfile import ZipFile

from django.test import Client
from django.utils import timezone

from broadsheet.importing.models import ImportedItem
from broadsheet.newsroom.models import Article, Author, Picture, Topic
from tests.importing.conftest import Operator, report, text_of
from tests.importing.files import OLD, attachment, item, jpeg, wxr
from tests.newsroom.conftest import Newsroom

type Story = Callable[..., Article]
MOMENT = datetime(2024, 5, 17, 10, tzinfo=UTC)


def test_a_post_becomes_a_story_with_its_author_date_section_and_topics(
    operator: Operator, story: Story
) -> None:
    labels = [("category", "world", "World"), ("category", "bridges", "Bridges")]
    labels.append(("post_tag", "river", "River"))
    run = operator.imports(wxr(item(7, labels=labels, excerpt="It took <b>six</b> years.")))
    assert (run.made, run.failed, run.total, run.state) == (1, 0, 1, "done")
    made = story("a-bridge-opens")
    assert made.live
    assert made.title == "A bridge opens"
    assert made.standfirst == "It took six years."
    assert made.section.slug == "world"
    assert [author.name for author in made.authors] == ["Ann Poe"]
    assert made.published_at == made.first_published_at == MOMENT
    assert made.access == "free"
    assert {topic.slug for topic in made.topics.all()} == {"bridges", "river"}
    assert text_of(made) == [
        ("paragraph", "<p>First paragraph.</p>"),
        ("paragraph", "<p>Second paragraph.</p>"),
    ]


def test_an_old_address_leads_to_the_story(operator: Operator, story: Story) -> None:
    operator.imports(wxr(item(7)))
    answer = Client().get("/2024/05/a-bridge-opens/")
    assert (answer.status_code, answer["Location"]) == (301, "/us/world/a-bridge-opens/")


def test_a_category_goes_to_the_section_it_is_told_to(operator: Operator, story: Story) -> None:
    labels = [("category", "letters", "Letters"), ("category", "world", "World")]
    operator.imports(wxr(item(7, labels=labels)), categories={"letters": "opinion"})
    assert story().section.slug == "opinion"


def test_drafts_schedules_and_private_posts_are_not_published(
    operator: Operator, story: Story
) -> None:
    ahead = f"{timezone.now().year + 1}-01-01 00:00:00"
    run = operator.imports(
        wxr(
            item(1, "Draft", status="draft"),
            item(2, "Later", status="future", date=ahead),
            item(3, "Private", status="private"),
            item(4, "Thrown away", status="trash"),
            item(5, "Early", status="publish", date=ahead),
        )
    )
    assert not story("draft").live
    assert not story("private").live
    assert [story(slug).approved_schedule for slug in ("later", "early")] == [True, True]
    assert Article.objects.count() == 4
    assert "private" in report(run)
    assert "thrown away" in report(run)


def test_pictures_lie_beside_the_file_or_in_an_archive(operator: Operator, story: Story) -> None:
    jpeg(operator.folder / "uploads/2024/05/bridge.jpg")
    with ZipFile(operator.folder / "media.zip", "w") as archive:
        archive.write(jpeg(operator.folder / "ribbon.jpg"), "site/uploads/2024/05/ribbon.jpg")
    (operator.folder / "ribbon.jpg").unlink()
    there = f"{OLD}/wp-content/uploads/2024/05"
    body = (
        f'<!-- wp:image {{"id":9}} -->\n<figure class="wp-block-image"><img '
        f'src="{there}/ribbon-1024x683.jpg" alt="A ribbon"/><figcaption>Cut at noon.</figcaption>'
        f"</figure>\n<!-- /wp:image -->\n<!-- wp:paragraph -->\n<p>And then.</p>\n"
        f'<!-- /wp:paragraph -->\n<!-- wp:image --><figure><img src="{there}/gone.jpg" alt="G"/>'
        f"<figcaption>Lost in the fire.</figcaption></figure><!-- /wp:image -->"
    )
    run = operator.imports(
        wxr(
            item(7, body=body, settings={"_thumbnail_id": "8"}),
            attachment(8, f"{there}/bridge.jpg", "The new bridge", "At dawn"),
        ),
        media=str(operator.folder / "media.zip"),
    )
    made = story()
    assert (made.lead_alt, made.lead_caption) == ("The new bridge", "At dawn")
    kinds = [kind for kind, _value in text_of(made)]
    assert kinds == ["picture", "paragraph", "paragraph"]
    shown = text_of(made)[0][1]
    assert (shown["alt"], shown["caption"]) == ("A ribbon", "Cut at noon.")
    assert "Lost in the fire." in text_of(made)[2][1]
    assert "gone.jpg" in report(run)
    assert Picture.objects.count() == 2


def test_pictures_that_turn_up_later_are_put_in(operator: Operator, story: Story) -> None:
    file = operator.file(wxr(item(7, body=f'<img src="{OLD}/wp-content/uploads/a.jpg" alt="A">')))
    operator.imports(file)
    assert text_of(story()) == []
    jpeg(operator.folder / "uploads/a.jpg")
    assert operator.imports(file).changed == 1
    assert [kind for kind, _value in text_of(story())] == ["picture"]
    assert operator.imports(file).same == 1


def test_where_the_preview_ends_is_kept_for_subscribers_alone(
    operator: Operator, story: Story
) -> None:
    body = "Open.\n\n<!--more-->\n\nShut."
    operator.imports(wxr(item(1, "Free", body)))
    operator.imports(wxr(item(2, "Paid", body)), "two.xml", access="subscribers")
    assert [kind for kind, _ in text_of(story("free"))] == ["paragraph", "paragraph"]
    paid = story("paid")
    assert [kind for kind, _ in text_of(paid)] == ["paragraph", "preview_end", "paragraph"]
    assert paid.preview_text == "Open."


def test_a_page_a_comment_and_a_menu_are_in_the_report(operator: Operator, story: Story) -> None:
    comment = "<wp:comment><wp:comment_content>Hi</wp:comment_content></wp:comment>"
    run = operator.imports(
        wxr(
            item(1, "About us", kind="page", more=comment),
            item(2, "Menu", kind="nav_menu_item"),
        ),
        access="subscribers",
    )
    assert story().access == "free"
    assert "It was a page" in report(run)
    assert "Comments: 1" in report(run)
    assert "nav_menu_item" in report(run)
    assert "Hi" not in str(text_of(story()))


def test_authors_are_found_by_their_address_and_topics_by_theirs(
    operator: Operator, newsroom: Newsroom, story: Story
) -> None:
    ann = newsroom.author("Ann Poe")
    river = newsroom.topic("River")
    operator.imports(wxr(item(7, labels=[("post_tag", "river", "The river")])))
    assert story().authors == [ann]
    assert list(story().topics.all()) == [river]
    assert Author.objects.count() == Topic.objects.count() == 1


def test_an_author_s_address_of_mail_is_shown_to_nobody(operator: Operator, story: Story) -> None:
    operator.imports(wxr(item(7, creator="secret@old.example")))
    author = story().authors[0]
    assert (author.name, author.slug) == ("secret", "secret")


def test_a_slug_that_is_taken_gets_a_number_and_the_old_address_leads_on(
    operator: Operator, newsroom: Newsroom
) -> None:
    newsroom.story("a-bridge-opens")
    run = operator.imports(wxr(item(7)))
    made = Article.objects.get(slug="a-bridge-opens-2")
    assert "It is “a-bridge-opens-2” now." in report(run)
    assert Client().get("/2024/05/a-bridge-opens/")["Location"] == made.url


def test_only_looking_writes_nothing(operator: Operator) -> None:
    run = operator.tries(
        wxr(item(1), item(2, "Two", '<img src="/uploads/a.jpg"><script>x</script>'))
    )
    assert (run.made, run.pk) == (2, None)
    assert {line.what for line in operator.said} >= {"Scripts or styles: 1"}
    assert not Article.objects.exists()
    assert not ImportedItem.objects.exists()
