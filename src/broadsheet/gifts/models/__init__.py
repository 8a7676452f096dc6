"""What readers give away."""

from broadsheet.gifts.models.stories import StoryGift

__all__ = ["StoryGift"]
