"""Old addresses lead on: what is renamed or merged is still found by links from elsewhere."""

from wagtail.contrib.redirects.models import Redirect


def leads_on(old: str, new: str) -> None:
    """Have the site answer `old`, a path, with a redirect to `new`. What led to `old` leads to
    `new` at once, so that nobody is sent through a chain, and `new` itself leads nowhere else."""
    old_path, new_path = Redirect.normalise_path(old), Redirect.normalise_path(new)
    if old_path == new_path:
        return
    Redirect.objects.filter(old_path__in=(old_path, new_path), site=None).delete()
    Redirect.objects.filter(redirect_link=old).update(redirect_link=new)
    Redirect.objects.create(old_path=old_path, redirect_link=new, automatically_created=True)
