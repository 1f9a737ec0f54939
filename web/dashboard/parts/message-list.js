import { dayName, isSameDay, moment } from "../../shared/time.js";
import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { KeyedList } from "../keyed.js";
import { who } from "../model/event-words.js";
import { thread } from "../model/thread.js";
import { typingWords } from "../model/typing-words.js";
import { coalesced } from "../redraw.js";
import { openDelete } from "./action-dialogs.js";
import { MessageView } from "./message.js";

/** So close to the end one is at the end. */
const nearEnd = 60;
/** What is shown of a long conversation before somebody asks for more. */
const pageOfItems = 200;

/**
 * The conversation. It follows what is new only while its reader is at the end.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/thread.js").Item} Item
 */
export class MessageList extends HTMLElement {
  #context;
  #scroller = h("div", {
    class: "messages", role: "log", "aria-live": "off", "aria-label": "Conversation", tabindex: 0,
  });
  #earlier = h("button", { type: "button", class: "button earlier", hidden: true }, "Show earlier messages");
  #items = h("div", { class: "message-items" });
  #typing = h("p", { class: "typing", hidden: true });
  #jump = h("button", { type: "button", class: "jump", hidden: true }, icon("down"), h("span"));
  #list;
  #shownItems = pageOfItems;
  #isAtEnd = true;
  /** Numbers that came while the reader was further up. */
  #below = 0;
  #head = 0;
  /** @type {Set<import("../model/actions.js").Action>} */
  #allowed = new Set();
  /** @type {import("../state/open-case.js").OpenCase | null} */
  #case = null;
  #redraw = coalesced(() => this.#draw());
  #resized = new ResizeObserver(() => this.#isAtEnd && this.#toEnd());

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.#list = new KeyedList(this.#items, {
      make: (item) => this.#make(item),
      update: (row, item) => this.#update(row, item),
    });
    this.#scroller.append(this.#earlier, this.#items, this.#typing);
    this.append(this.#scroller, this.#jump);
    this.#scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#jump.addEventListener("click", () => {
      this.#toEnd();
      this.#scroller.focus({ preventScroll: true });
    });
    this.#earlier.addEventListener("click", () => this.#showEarlier());
    this.addEventListener("edited", this.#redraw);
    // A picture takes its place when it is there.
    this.addEventListener("grown", () => this.#isAtEnd && this.#toEnd());
  }

  connectedCallback() {
    this.#resized.observe(this.#scroller);
    this.#resized.observe(this.#items);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }

  /** Shows another case, from its end. */
  begin() {
    this.#case = this.#context.openCase;
    this.#shownItems = pageOfItems;
    this.#isAtEnd = true;
    this.#below = 0;
    this.#head = 0;
    this.#list.show([], () => "");
    this.update();
  }

  update() {
    this.#redraw();
  }

  /** What one writes oneself is always worth seeing. */
  follow() {
    this.#isAtEnd = true;
    this.#redraw();
  }

  showTyping() {
    const words = typingWords(this.#case?.typing ?? []);
    this.#typing.hidden = words === "";
    setText(this.#typing, words);
    if (this.#isAtEnd) this.#toEnd();
  }

  #onVisibility = () => {
    // Whoever comes back wants to see what came meanwhile.
    if (!document.hidden && (this.#case?.summary?.unread ?? 0) > 0) this.#case?.markNew();
    this.#redraw();
  };

  #draw() {
    const open = this.#case;
    if (!open || open !== this.#context.openCase) return;
    const { desk } = this.#context;
    const summary = open.summary;
    const items = thread(open.entries, {
      me: desk.me.id,
      guestDelivered: summary?.cursors.guest.delivered ?? 0,
      guestSeen: summary?.cursors.guest.seen ?? 0,
      notices: open.notices,
      newAfter: open.newAfter,
      pending: open.pending,
      moment: (at) => moment(at, this.#context.now()),
      isSameDay,
    });
    this.#allowed = open.allowed;
    this.#earlier.hidden = items.length <= this.#shownItems;
    this.#list.show(items.slice(-this.#shownItems), ({ key }) => key);
    this.#countBelow(open.entries.length);
    this.showTyping();
    if (this.#isAtEnd) this.#toEnd();
    this.#tellSeen();
  }

  /** @param {Item} item */
  #make(item) {
    switch (item.kind) {
      case "message":
        return new MessageView({
          edit: async (seq, text) => this.#context.desk.act("edit", { case: this.#case?.id, number: seq, text }),
          remove: (seq) => openDelete(this.#context, this.#case?.id ?? "", seq),
          retry: (key) => this.#context.desk.client.retry(this.#case?.id, key),
          discard: (key) => this.#context.desk.client.discard(this.#case?.id, key),
        });
      case "day":
        return h("p", { class: "day" }, h("span"));
      case "new":
        return h("p", { class: "new-line" }, h("span", {}, "New"));
      case "event":
        return h("p", { class: "event-line", "data-tone": item.tone });
    }
  }

  /**
   * @param {any} row
   * @param {Item} item
   */
  #update(row, item) {
    const me = this.#context.desk.me.id;
    if (item.kind === "day") setText(row.firstChild, dayName(item.at, this.#context.now()));
    if (item.kind === "event") setText(row, item.words);
    if (item.kind !== "message") return;
    const isMine = item.side === "own" && item.seq > 0 && !item.isDeleted;
    row.update(item, {
      canEdit: isMine && this.#allowed.has("edit"),
      canDelete: isMine && this.#allowed.has("delete"),
      name: item.side === "house" ? "Automatic message" : who(item.author, me),
    });
  }

  /** @param {number} head */
  #countBelow(head) {
    if (this.#isAtEnd || this.#head === 0) this.#below = 0;
    else this.#below += head - this.#head;
    this.#head = head;
    this.#showJump();
  }

  #showJump() {
    this.#jump.hidden = this.#isAtEnd;
    const words = this.#below > 0 ? `${this.#below} new` : "To the latest";
    setText(/** @type {Element} */ (this.#jump.lastElementChild), words);
    this.#jump.classList.toggle("has-new", this.#below > 0);
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < nearEnd;
    if (isAtEnd === this.#isAtEnd) return;
    this.#isAtEnd = isAtEnd;
    if (isAtEnd) this.#below = 0;
    this.#showJump();
    this.#tellSeen();
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #showEarlier() {
    const before = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    this.#shownItems += pageOfItems;
    this.#draw();
    this.#scroller.scrollTop = this.#scroller.scrollHeight - before;
    if (this.#earlier.hidden) this.#scroller.focus({ preventScroll: true });
  }

  /** Seen is what stood before somebody's eyes: the tab is visible, the conversation too, and its end is in view. */
  #tellSeen() {
    const open = this.#case;
    const isInView = !document.hidden && this.#isAtEnd && this.offsetParent !== null;
    const { desk } = this.#context;
    // Before the inbox is here, nobody could tell what was new.
    if (!open || !isInView || !open.isCaughtUp || !desk.isLive || open.entries.length === 0) return;
    desk.client.seen(open.id, open.entries[open.entries.length - 1].seq);
  }
}

customElements.define("foyer-message-list", MessageList);
