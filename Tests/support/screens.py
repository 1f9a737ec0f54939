"""A walk past every screen of the house, for whoever looks at them: axe in tests, a camera for docs/screenshots."""

from collections.abc import Callable

from playwright.sync_api import Browser, Frame, Page, expect

from support.callers import Caller
from support.house import MINUTE, House
from support.people import DESK, PHONE, Guest, Member

Look = Callable[[str, Page | Frame], None]

LONGEST = ("Maximiliane-Alexandra Theodora", "Papadimitriou-Schwarzenberg van der Wolkenstein")
SHORTEST = ("Bo", "Li")
FROM_THE_RIGHT = ("فاطمة الزهراء", "بنت عبد العزيز")
BIRTH = {"Date of birth": "10 December 1975"}
LONG_TEXT = (
    "I had an appointment on Tuesday, and Dr Hargreaves wanted to send the report to my GP in Falmouth. He has nothing "
    "yet. Could you look whether it went out, and send it again to https://falmouth-surgery.example/inbox if not? "
    "I am at work until five, and can be called after that."
)
STILL = {"reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "Europe/London"}


def guest_screens(browser: Browser, house: House, look: Look, viewport: dict = PHONE) -> None:
    """From signing in to a closed chat, with a member at the other end."""
    guest = Guest(browser, house, *LONGEST, viewport=viewport, **STILL)
    ben = Member(browser, house, "ben@harbour.example", **STILL)
    page = guest.page
    guest.opens(house.team("Front desk"))
    expect(page.get_by_role("heading", name="Talk to us")).to_be_visible()
    look("guest-sign-in", page)
    guest.button("Send me a code").click()
    guest.sees("Please enter your first name.")
    look("guest-sign-in-errors", page)
    guest.asks_for_code()
    look("guest-code", page)
    page.get_by_label("Your 6-digit code").fill("000000")
    expect(page.get_by_text("This code is not right.", exact=False)).to_be_visible()
    look("guest-code-wrong", page)
    page.get_by_label("Your 6-digit code").fill(house.code(guest.e164))
    expect(page.get_by_label("What is it about?")).to_be_visible()
    look("guest-new-chat", page)
    guest.button("Next").click()
    guest.sees("Please choose what it is about.")
    look("guest-new-chat-error", page)
    page.get_by_label("What is it about?").select_option(label="Missing report")
    guest.button("Next").click()
    expect(page.get_by_label("Date of birth", exact=False)).to_be_visible()
    look("guest-details", page)
    guest.button("Start the chat").click()
    guest.sees("Please fill this in.")
    look("guest-details-error", page)
    page.get_by_label("Date of birth", exact=False).fill(BIRTH["Date of birth"])
    guest.button("Start the chat").click()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    look("guest-chat-empty", page)

    guest.writes(LONG_TEXT)
    ben.signs_in()
    ben.claims(" ".join(LONGEST))
    ben.writes("Good afternoon, I am looking for it.")
    guest.reads("Good afternoon, I am looking for it.")
    guest.writes("Thank you!")
    ben.writes("It was sent to an old address. Your GP has it now.")
    guest.reads("It was sent to an old address. Your GP has it now.")
    guest.mark("Thank you!", "Seen")
    look("guest-chat", page)
    ben.chooses("Ask to close")
    expect(page.get_by_role("group", name="Close request")).to_be_visible()
    look("guest-close-request", page)
    guest.button("Your chats", exact=False).click()
    expect(page.get_by_role("dialog", name="Your chats")).to_be_visible()
    look("guest-menu", page)
    page.keyboard.press("Escape")
    guest.goes_offline()
    guest.writes("Are you still there?")
    expect(page.get_by_text("You are offline.", exact=False)).to_be_visible()
    look("guest-offline", page)
    guest.comes_online()
    guest.mark("Are you still there?", "Seen")
    guest.button("Close chat", page.get_by_role("group", name="Close request")).click()
    guest.reads("You closed this chat.")
    look("guest-closed", page)
    guest.button("Back").click()
    expect(page.get_by_role("heading", name="Hello", exact=False)).to_be_visible()
    look("guest-home", page)
    page.goto(f"{house.http_url}/chat/{'0' * 32}")
    expect(page.get_by_role("heading", name="This chat does not exist")).to_be_visible()
    look("guest-no-such-chat", page)
    _leave(guest, ben)


def embedded_screens(browser: Browser, house: House, look: Look) -> None:
    """On the clinic's page, which is another site; with and without cookies for what is embedded there."""
    clinic = house.http_url.replace("127.0.0.1", "localhost") + "/demo/clinic"
    guest = Guest(browser, house, viewport=DESK, **STILL)
    guest.page.goto(clinic)
    guest.button("Chat with us", exact=False).click()
    frame = guest.page.frame_locator("iframe")
    expect(frame.get_by_label("First name")).to_be_visible()
    look("clinic-page", guest.page)
    inner = guest.page.frames[-1]
    look("guest-embedded", inner)
    # As a browser does that keeps no cookie for a page inside another site's.
    guest.context.route("**/api/v1/guests/session", lambda route: route.fulfill(status=401, json=_SIGN_IN))
    inner.get_by_label("First name").fill(guest.first)
    inner.get_by_label("Last name").fill(guest.last)
    inner.get_by_label("Mobile number").fill(guest.phone)
    inner.get_by_role("button", name="Send me a code").click()
    expect(inner.get_by_label("Your 6-digit code")).to_be_visible()
    inner.get_by_label("Your 6-digit code").fill(house.code(guest.e164))
    expect(inner.get_by_role("heading", name="One more step")).to_be_visible()
    look("guest-blocked-cookies", inner)
    _leave(guest)


_SIGN_IN = {"error": {"code": "sign_in", "message": "Please sign in."}}


def house_screens(browser: Browser, house: House, look: Look) -> None:
    guest = Guest(browser, house, viewport=DESK, **STILL)
    for name, path in (("landing", "/"), ("outbox", "/dev/outbox"), ("clinic", "/demo/clinic")):
        guest.page.goto(house.http_url + path)
        expect(guest.page.get_by_role("heading", level=1)).to_be_visible()
        if name == "outbox" and house.letters():
            expect(guest.page.get_by_text("is your code", exact=False).first).to_be_visible()
        look(name, guest.page)
    _leave(guest)


def fill_inbox(house: House) -> None:
    """A busy morning: some wait, some for too long, with names of all lengths."""
    front, radiology = house.team("Front desk"), house.team("Radiology")
    Caller(house, *LONGEST).asks(front, "Bill or insurance", "Nobody answers?", LONG_TEXT, details=BIRTH)
    house.advance(27 * MINUTE)
    Caller(house, "Tom", "Becker").asks(front, "Appointment", "Is there anything on Friday?", details=BIRTH)
    house.advance(6 * MINUTE)
    subject = "Questions about the preparation for an MRI of the lumbar spine with contrast agent, and about the time"
    Caller(house, *FROM_THE_RIGHT).asks(radiology, subject, "مرحبا", "متى أستطيع أن آتي؟")
    Caller(house, *SHORTEST).asks(radiology, "X-ray", *(f"Picture {number}" for number in range(1, 18)))
    Caller(house, "Zoë", "Ångström").asks(front, "Something else", "Do you have parking?", details=BIRTH)


def member_screens(browser: Browser, house: House, look: Look, viewport: dict = DESK) -> None:
    """From signing in over an empty inbox to a busy one. The house is a fresh one."""
    amara = Member(browser, house, "amara@harbour.example", viewport=viewport, **STILL)
    page = amara.page
    page.goto(f"{house.http_url}/dashboard")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    look("member-sign-in", page)
    page.get_by_label("E-mail address").fill(amara.email)
    page.get_by_label("Password").fill("not-the-password")
    amara.button("Sign in").click()
    amara.sees("The e-mail address or the password is wrong.")
    look("member-sign-in-error", page)
    amara.gives_password()
    expect(page.get_by_text("Nobody is waiting").first).to_be_visible()
    look("member-empty", page)

    # Half an hour goes by meanwhile, and with it the session.
    fill_inbox(house)
    over = page.get_by_role("dialog", name="Please sign in again")
    expect(over).to_be_visible()
    look("member-session-over", page)
    amara.gives_password()
    expect(over).to_have_count(0)
    guest = Guest(browser, house, "Grace", "Hopper", **STILL).signs_in(house.team("Front desk"))
    guest.starts("Missing report", BIRTH)
    guest.writes(LONG_TEXT)
    amara.view("All")
    expect(amara.row("Grace Hopper")).to_be_visible()
    expect(amara.row(LONGEST[0]).locator(".row-alert")).to_be_visible()
    look("member-inbox", page)
    amara.claims("Grace Hopper")
    amara.notes("Dr Hargreaves is away until Thursday.")
    amara.writes("Good afternoon! I am looking for it.")
    guest.reads("Good afternoon! I am looking for it.")
    guest.writes("Thank you, no hurry.")
    amara.reads("Thank you, no hurry.")
    guest.page.get_by_label("Message", exact=True).press_sequentially("And")
    amara.writes("It was sent to an old address. Your GP has it now.")
    amara.mark("It was sent to an old address. Your GP has it now.", "Seen by the guest")
    look("member-conversation", page)
    _panels_and_dialogs(amara, look)

    amara.page.goto(f"{house.http_url}/dashboard#/all/{'0' * 32}")
    expect(page.locator("h2.case-name")).to_have_text("Not found")
    look("member-not-found", page)
    page.goto(f"{house.http_url}/dashboard#/all")
    amara.opens(" ".join(FROM_THE_RIGHT), "All")
    amara.reads("متى أستطيع أن آتي؟")
    look("member-from-the-right", page)
    page.goto(f"{house.http_url}/dashboard#/all")
    amara.opens(" ".join(LONGEST), "All")
    look("member-longest-names", page)
    amara.goes_offline()
    expect(page.get_by_text("This device is offline.", exact=False)).to_be_visible()
    look("member-offline", page)
    amara.comes_online()
    expect(page.get_by_text("This device is offline.", exact=False)).to_be_hidden()
    guest.button("Close chat").click()
    guest.button("Close chat", guest.page.get_by_role("dialog")).click()
    page.goto(f"{house.http_url}/dashboard#/closed")
    expect(amara.row("Grace Hopper")).to_be_visible()
    amara.opens("Grace Hopper")
    look("member-closed", page)
    _leave(amara, guest)


def _panels_and_dialogs(member: Member, look: Look) -> None:
    page = member.page
    address = page.url
    page.goto(f"{address}/guest")
    expect(page.get_by_role("heading", name="Given by the guest")).to_be_visible()
    look("member-guest-panel", page)
    page.goto(f"{address}/timeline")
    expect(page.locator("ol.ahead")).to_be_visible()
    look("member-timeline", page)
    page.goto(address)
    expect(page.locator("p.case-status")).to_be_visible()
    for entry, name in (
        ("Hand over …", "member-hand-over"),
        ("Add a colleague …", "member-add"),
        ("Snooze …", "member-snooze"),
        ("Close without consent …", "member-close"),
    ):
        member.chooses(entry)
        dialog = page.get_by_role("dialog")
        dialog.locator("button[type=submit]").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        look(name, page)
        member.button("Cancel", dialog).click()
    more = member.button("More to do with this conversation")
    more.click()
    expect(page.get_by_role("menuitem").first).to_be_visible()
    look("member-menu", page)
    page.keyboard.press("Escape")
    if member.button("Help and keys").is_visible():
        member.button("Help and keys").click()
        look("member-help", page)
        page.keyboard.press("Escape")


def _leave(*people: Guest | Member) -> None:
    for person in people:
        person.context.close()
