"""The newsroom's models: the tree of pages, and what stories are filed under."""

from broadsheet.newsroom.models.articles import Article, ArticleAuthor, TiedStory
from broadsheet.newsroom.models.authors import Author
from broadsheet.newsroom.models.paper import Edition, Paper, Section
from broadsheet.newsroom.models.pictures import Picture, PictureRendition
from broadsheet.newsroom.models.topics import Topic

__all__ = [
    "Article",
    "ArticleAuthor",
    "Author",
    "Edition",
    "Paper",
    "Picture",
    "PictureRendition",
    "Section",
    "TiedStory",
    "Topic",
]
