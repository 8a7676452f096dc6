"""A story's number in an address."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class KeyConverter(IntConverter):
    """A story's number, no larger than a database can be asked for: Django looks for numbers that
    are too large by itself only where a key is a number of its own, and a story's is its page's."""

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")
