"""What subscription staff see and change of institutions in the editors' admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.institutions.models import Institution


class InstitutionViewSet(SnippetViewSet):
    """Who reads by network."""

    model = Institution
    icon = "site"
    menu_label = _("Institutions")
    menu_order = 165
    add_to_admin_menu = True
    list_display = ("name", "subscription")
    search_fields = ("name", "networks__cidr")
    copy_view_enabled = False


register_snippet(InstitutionViewSet)
