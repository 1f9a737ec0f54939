"""What a page says is wrong with a field, as those hear it who do not see the page."""

from playwright.sync_api import Locator, expect


def error_of(field: Locator) -> Locator:
    """The words that are bound to a field beside its help: an error, or how much too long it is."""
    described = (field.get_attribute("aria-describedby") or "").split()
    assert described, "nothing is bound to the field"
    bound = field.page.locator(", ".join(f"#{part}" for part in described))
    return bound.and_(field.page.locator(".error, .limit"))


def is_refused(field: Locator, words: str) -> None:
    """With words that are seen and bound to the field."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(error_of(field)).to_have_text(words)
    expect(error_of(field)).to_be_visible()


def is_fine(field: Locator) -> None:
    expect(field).not_to_have_attribute("aria-invalid", "true")
