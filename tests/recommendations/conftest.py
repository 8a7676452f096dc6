"""The small paper of the newsroom's tests."""

from tests.newsroom.conftest import _own_files, newsroom  # noqa: F401 (fixtures)
