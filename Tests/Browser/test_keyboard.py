"""Nobody needs a mouse: from signing in to the end, on both sides."""

from playwright.sync_api import Page, expect

_FOCUS = """() => {
  const focused = document.activeElement;
  return [focused?.id ?? "", focused?.getAttribute("aria-label") ?? "",
    focused?.labels?.[0]?.textContent ?? "", focused?.textContent ?? ""];
}"""
_MOST_STOPS = 40


def tab_to(page: Page, name: str) -> None:
    """Goes from one stop to the next until it is the one of this name."""
    met: list[str] = []
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        words = page.evaluate(_FOCUS)[1:]
        if any(word.strip().startswith(name) for word in words):
            return
        met.append(next((word for word in words if word), "?")[:40])
    raise AssertionError(f"no key leads to {name!r}: {met}")


def types(page: Page, text: str, *, then: str = "") -> None:
    page.keyboard.type(text)
    if then:
        page.keyboard.press(then)


def test_a_member_needs_no_mouse(house, caller, member):
    caller("Kay", "Oldest").asks(house.team("Front desk"), "Appointment", "I was first")
    house.advance(60)
    ada = caller("Kim", "Newest").asks(house.team("Front desk"), "Appointment", "I was second")
    ben = member("ben")
    page = ben.page
    page.goto(f"{house.http_url}/dashboard")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    types(page, ben.email, then="Tab")
    types(page, house.passwords[ben.email], then="Enter")
    expect(ben.row("Kay Oldest")).to_be_visible()

    # The first of the list waits longest: one key goes there, another opens it, a third claims it.
    page.keyboard.press("j")
    expect(ben.row("Kay Oldest")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h2.case-name")).to_have_text("Kay Oldest")
    expect(ben.button("Claim")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Reply to the guest")).to_be_focused()
    types(page, "Good morning, Kay", then="Enter")
    ben.reads("Good morning, Kay")
    page.keyboard.press("Escape")
    expect(ben.row("Kay Oldest")).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_label("Private note: only your team sees it")).to_be_focused()
    types(page, "A friendly one", then="Enter")
    ben.reads("A friendly one")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    types(page, "Is that all?", then="Enter")
    ben.reads("Is that all?")

    # Without a key of its own: from the list to the button.
    page.keyboard.press("Escape")
    tab_to(page, "Ask to close")
    page.keyboard.press("Enter")
    expect(ben.status).to_contain_text("Asked to close")

    # What is behind "more", and a dialog, with the focus given back.
    tab_to(page, "More to do with this conversation")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Back to the queue")).to_be_focused()
    page.keyboard.press("Escape")
    expect(ben.button("More to do with this conversation")).to_be_focused()
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Hand over")
    expect(dialog.get_by_role("radio").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("l")
    expect(page.locator("ol.ahead")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    assert ada.case


def test_a_guest_needs_no_mouse(house, guest, member):
    ada = guest("Kara", "Keys")
    page = ada.page
    ada.opens(house.team("Front desk"))
    expect(page.get_by_role("heading", name="Talk to us")).to_be_visible()
    tab_to(page, "First name")
    types(page, "Kara", then="Tab")
    types(page, "Keys")
    tab_to(page, "Mobile number")
    types(page, ada.phone, then="Enter")
    expect(page.get_by_label("Your 6-digit code")).to_be_focused()
    types(page, house.code(ada.e164))
    expect(page.get_by_label("What is it about?")).to_be_visible()
    tab_to(page, "What is it about?")
    types(page, "App")
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Date of birth")).to_be_visible()
    tab_to(page, "Date of birth")
    types(page, "1 May 1980", then="Enter")
    box = page.get_by_label("Message", exact=True)
    expect(box).to_be_focused()
    types(page, "Written without a mouse", then="Enter")
    ada.mark("Written without a mouse", "Sent")

    ben = member("ben").signs_in()
    ben.claims("Kara Keys")
    ben.writes("Read without one, too")
    ada.reads("Read without one, too")
    ben.chooses("Ask to close")
    request = page.get_by_role("group", name="Close request")
    expect(request).to_be_visible()
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Shift+Tab")
        if request.locator("button:focus").count():
            break
    expect(ada.button("Keep it open", request)).to_be_focused()
    page.keyboard.press("Enter")
    ada.reads("You kept the chat open")

    tab_to(page, "Your chats")
    page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="Your chats")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    tab_to(page, "Close chat")
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog", name="Close this chat?")
    expect(ada.button("Keep it open", question)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    ada.reads("You closed this chat.")
