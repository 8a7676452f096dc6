"""What a browser sends from a story's editing screen."""

from typing import Any

from wagtail.test.utils.form_data import inline_formset, rich_text, streamfield

from broadsheet.newsroom.models import Article


def story_form(article: Article | None = None, **fields: Any) -> dict[str, Any]:
    """The form of a story as it stands, with other `fields`; without a story, of a new one."""
    story = article or Article(title="A story", slug="a-story")
    body = [
        ("paragraph", rich_text(block.value.source))
        for block in story.body
        if block.block_type == "paragraph"
    ]
    form = {
        "title": story.title,
        "slug": story.slug,
        "kicker": story.kicker,
        "standfirst": story.standfirst,
        "genre": story.genre,
        "sponsor": story.sponsor,
        "place": story.place,
        "lead_picture": "",
        "lead_alt": "",
        "lead_caption": "",
        "access": story.access,
        "body": streamfield(body),
        "byline": inline_formset([]),
        "tied": inline_formset([]),
        "corrections": inline_formset([]),
        "comments": inline_formset([]),
        "seo_title": "",
        "search_description": "",
        "published_at": "",
        "updated_at": "",
        "embargo": "",
        "go_live_at": "",
        "expire_at": "",
    }
    return {**form, **fields}
