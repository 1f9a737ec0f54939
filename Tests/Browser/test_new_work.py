"""How a member who looks elsewhere is called to new work, and how several tabs keep in step."""

from playwright.sync_api import BrowserContext, Page, expect

from support.waiting import wait_until

# Each tab counts the notes that it plays, and can be told that nobody looks at it: a headless browser shows all its
# tabs at once.
_SPY = """
  window.notes = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.notes += 1; return start.apply(this, when); };
  window.look = (isHidden) => {
    Object.defineProperty(document, "hidden", { get: () => isHidden, configurable: true });
    const state = isHidden ? "hidden" : "visible";
    Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
"""
_NOTES_OF_A_RING = 2


def spy(context: BrowserContext) -> None:
    context.add_init_script(_SPY)


def look(page: Page, *, away: bool) -> None:
    page.evaluate("isHidden => window.look(isHidden)", away)


def notes(*pages: Page) -> list[int]:
    return sorted(page.evaluate("window.notes") for page in pages)


def icon(page: Page) -> str:
    return page.locator('link[rel="icon"]').get_attribute("href") or ""


def test_title_icon_and_one_sound_tell_of_new_work_in_hidden_tabs(house, caller, member):
    ben = member("ben")
    spy(ben.context)
    ben.signs_in()
    other = ben.new_tab()
    other.goto(ben.page.url)
    expect(other.get_by_role("searchbox")).to_be_visible()
    for page in (ben.page, other):
        expect(page).to_have_title("Foyer")
        look(page, away=True)

    ada = caller("Nora", "News").asks(house.team("Front desk"), "Appointment", "Is anybody there?")
    for page in (ben.page, other):
        expect(page).to_have_title("(1) Foyer")
        wait_until(lambda page=page: icon(page).startswith("data:image/svg+xml"), 10, "a badge on the icon")
        assert "%3E1%3C%2Ftext" in icon(page)
    wait_until(lambda: notes(ben.page, other) == [0, _NOTES_OF_A_RING], 10, "one sound")

    # Who comes back sees the plain icon; who reads it is not called any more, in both tabs.
    look(ben.page, away=False)
    wait_until(lambda: icon(ben.page).endswith("/assets/foyer.svg"), 10, "the plain icon")
    ben.opens("Nora News", "Unassigned")
    expect(ben.page).to_have_title("Nora News · Foyer")
    expect(other).to_have_title("Foyer")

    # In the tab where it is looked at, a new message makes no sound, and therefore in none.
    before = notes(ben.page, other)
    ada.writes("Hello?")
    ben.reads("Hello?")
    expect(other).to_have_title("Foyer")
    assert notes(ben.page, other) == before


def test_tabs_of_one_member_keep_in_step(house, caller, member):
    caller("Ted", "Tabs").asks(house.team("Front desk"), "Appointment", "One question")
    ben = member("ben").signs_in()
    ben.claims("Ted Tabs")
    other = ben.new_tab()
    other.goto(ben.page.url)
    expect(other.locator("h2.case-name")).to_have_text("Ted Tabs")
    ben.writes("One answer")
    expect(other.locator("foyer-message", has_text="One answer")).to_have_count(1)
    box = other.get_by_label("Reply to the guest")
    box.fill("From the other tab")
    box.press("Enter")
    ben.reads("From the other tab")
    ben.button("Sound for new work").click()
    expect(other.get_by_role("button", name="Sound for new work")).to_have_attribute("aria-pressed", "false")
    ben.chooses("Back to the queue")
    expect(other.locator("p.case-status")).to_contain_text("Waiting")
    expect(other.get_by_role("button", name="Claim", exact=True)).to_be_visible()
    expect(other.locator("foyer-message .bubble")).to_have_text(ben.texts(), use_inner_text=True)
