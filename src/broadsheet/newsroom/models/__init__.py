"""The newsroom's models: the tree of pages, and what stories are filed under."""

from broadsheet.newsroom.models.articles import (
    Article,
    ArticleAuthor,
    Correction,
    Genre,
    TiedStory,
)
from broadsheet.newsroom.models.authors import Author
from broadsheet.newsroom.models.likeness import Likeness, StoryWords
from broadsheet.newsroom.models.live import BreakingNews, LiveEntry
from broadsheet.newsroom.models.paper import Edition, Paper, Section
from broadsheet.newsroom.models.pictures import Picture, PictureRendition
from broadsheet.newsroom.models.publication import Publication
from broadsheet.newsroom.models.readership import Openings
from broadsheet.newsroom.models.slots import FrontSlot, Place, SectionSlot
from broadsheet.newsroom.models.topics import Topic

__all__ = [
    "Article",
    "ArticleAuthor",
    "Author",
    "BreakingNews",
    "Correction",
    "Edition",
    "FrontSlot",
    "Genre",
    "Likeness",
    "LiveEntry",
    "Openings",
    "Paper",
    "Picture",
    "PictureRendition",
    "Place",
    "Publication",
    "Section",
    "SectionSlot",
    "StoryWords",
    "TiedStory",
    "Topic",
]
