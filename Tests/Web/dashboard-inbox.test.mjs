import assert from "node:assert/strict";
import { test } from "node:test";

import { allowedActions, colleagues } from "../../web/dashboard/model/actions.js";
import { formatAddress, parseAddress } from "../../web/dashboard/model/address.js";
import { news } from "../../web/dashboard/model/attention.js";
import { callingCount, counts, list, unreadLabel } from "../../web/dashboard/model/inbox.js";
import { initials, tint } from "../../web/dashboard/model/names.js";
import { waitWords } from "../../web/dashboard/model/phase-words.js";
import { span } from "../../web/dashboard/model/span.js";
import { amara, guest, jon, summary, teams, teamsOf } from "./dashboard-cases.mjs";

const ids = (summaries) => summaries.map(({ id }) => id);
const inbox = (cases, filter = {}) => ids(list(cases, { view: "all", me: amara.id, team: null, ...filter }));

test("whoever waits longest is on top, then what happened last, then what was put aside", () => {
  const cases = [
    summary({ id: "snoozed", phase: "snoozed", assignee: amara, snoozedUntil: 900 }),
    summary({ id: "old", phase: "active", assignee: amara, lastEventAt: 10 }),
    summary({ id: "short", unansweredSince: 50, lastEventAt: 99 }),
    summary({ id: "fresh", phase: "active", assignee: amara, lastEventAt: 80 }),
    summary({ id: "long", unansweredSince: 20 }),
    summary({ id: "wakesFirst", phase: "snoozed", assignee: amara, snoozedUntil: 800 }),
  ];
  assert.deepEqual(inbox(cases), ["long", "short", "fresh", "old", "wakesFirst", "snoozed"]);
});

test("two that are equal keep their order", () => {
  const cases = ["b", "a", "c"].map((id) => summary({ id, unansweredSince: 5 }));
  assert.deepEqual(inbox(cases), ["a", "b", "c"]);
  assert.deepEqual(inbox(cases.toReversed()), ["a", "b", "c"]);
});

test("a case is mine as assignee and as participant, and nobody's only if somebody could claim it", () => {
  const cases = [
    summary({ id: "assigned", phase: "active", assignee: amara }),
    summary({ id: "joined", phase: "active", assignee: jon, participants: [amara] }),
    summary({ id: "others", phase: "active", assignee: jon }),
    summary({ id: "queue" }),
    summary({ id: "form", phase: "intake" }),
    summary({ id: "lost", phase: "snoozed" }),
    summary({ id: "closed", phase: "closed", assignee: amara }),
  ];
  assert.deepEqual(inbox(cases, { view: "mine" }).sort(), ["assigned", "joined"]);
  assert.deepEqual(inbox(cases, { view: "unassigned" }), ["queue", "lost"]);
  assert.equal(inbox(cases).length, 6);
  assert.deepEqual(inbox(cases, { view: "closed" }), ["closed"]);
});

test("closed cases come newest first", () => {
  const cases = [1, 3, 2].map((closedAt) => summary({ id: `c${closedAt}`, phase: "closed", closedAt }));
  assert.deepEqual(inbox(cases, { view: "closed" }), ["c3", "c2", "c1"]);
});

test("a search finds names and subjects, whatever the case, the accents or the order of words", () => {
  const cases = [
    summary({ id: "m", guest: guest("Jörg", "Müller"), subject: "Missing report" }),
    summary({ id: "n", guest: guest("نور", "عبد"), subject: "", category: { id: "k", name: "Invoice" } }),
  ];
  for (const search of ["muller", "MÜLLER jörg", "report", " missing  mul "]) {
    assert.deepEqual(inbox(cases, { search }), ["m"], search);
  }
  assert.deepEqual(inbox(cases, { search: "invoice" }), ["n"]);
  assert.deepEqual(inbox(cases, { search: "نور" }), ["n"]);
  assert.deepEqual(inbox(cases, { search: "report invoice" }), []);
});

test("the tabs count cases, and those with something unread, of one team or of all", () => {
  const cases = [
    summary({ id: "a", phase: "active", assignee: amara, unread: 3 }),
    summary({ id: "b", unread: 1 }),
    summary({ id: "c", team: teams[1] }),
    summary({ id: "d", phase: "active", assignee: jon, unread: 2 }),
  ];
  assert.deepEqual(counts(cases, amara.id, null), {
    mine: { cases: 1, unread: 1 }, unassigned: { cases: 2, unread: 1 }, all: { cases: 4, unread: 3 },
  });
  assert.equal(counts(cases, amara.id, teams[1].id).all.cases, 1);
  assert.equal(callingCount(cases, amara.id), 2);
});

test("sixteen unread stand for more", () => {
  assert.equal(unreadLabel(15), "15");
  assert.equal(unreadLabel(16), "15+");
});

test("a wait is told in words, and grows more urgent with the alerts", () => {
  const waits = (alerts) => waitWords(summary({ unansweredSince: 0, alerts }), 33 * 60_000);
  assert.deepEqual(waits(0), { words: "33 min", tone: "waiting", alert: "" });
  assert.equal(waits(1).alert, "No answer yet");
  assert.deepEqual([waits(2).tone, waits(7).tone], ["alarm", "alarm"]);
  assert.equal(waitWords(summary({ unansweredSince: null }), 1), null);
});

test("spans have at most two units", () => {
  const minute = 60_000;
  const rows = [
    [-5, "under 1 min"], [59_999, "under 1 min"], [minute, "1 min"], [60 * minute, "1 h"], [80 * minute, "1 h 20 min"],
    [24 * 60 * minute, "1 d"], [52 * 60 * minute + 1, "2 d 4 h"],
  ];
  for (const [milliseconds, words] of rows) assert.equal(span(milliseconds), words);
});

test("only what the state and the member's part in it allow is offered", () => {
  const offered = (fields, me = amara) => [...allowedActions(summary(fields), me.id, teamsOf(me), 0)].sort().join(" ");
  assert.equal(offered({}, jon), "claim delete edit note");
  assert.equal(offered({}), "claim close delete edit note transfer");
  const active = { phase: "active", assignee: jon };
  assert.equal(offered(active, jon), "delete edit join note release requestClose send snooze transfer");
  const snoozed = { phase: "snoozed", assignee: jon };
  assert.equal(offered(snoozed, jon), "delete edit join note release send snooze transfer wake");
  assert.equal(offered({ ...active, assignee: amara }, jon), "delete edit note");
  assert.equal(
    offered({ ...active, assignee: amara, participants: [jon] }, jon),
    "delete edit leave note send transfer",
  );
  assert.equal(offered({ phase: "closed", reopenUntil: 5 }, jon), "delete reopen");
  assert.equal(offered({ phase: "closed", reopenUntil: -5 }, jon), "delete");
  assert.equal(offered({ phase: "intake" }), "close");
  assert.equal(offered({ phase: "merged" }), "");
  assert.equal(offered({ ...active, team: { id: "elsewhere", name: "" }, assignee: amara }, jon), "");
});

test("a case is handed to colleagues of its team who do not have it, and nobody joins twice", () => {
  const shared = summary({ phase: "active", assignee: jon, participants: [amara] });
  assert.deepEqual(ids(colleagues(shared, teams)), ["amara", "layla"]);
  assert.deepEqual(ids(colleagues(shared, teams, { besides: "everyone" })), ["layla"]);
});

test("news is what is new to whoever could act on it", () => {
  const mine = { phase: "active", assignee: amara };
  const rows = [
    ["a new case", undefined, { unansweredSince: 1, unread: 1 }, "waiting"],
    ["the form is complete", { phase: "intake" }, { unansweredSince: 1 }, "waiting"],
    ["given back", mine, { unansweredSince: 1 }, "waiting"],
    ["an alert", { alerts: 0, unansweredSince: 1 }, { alerts: 1, unansweredSince: 1 }, "waiting"],
    ["another message in the queue", { unread: 1, unansweredSince: 1 }, { unread: 2, unansweredSince: 1 }, "message"],
    ["a message in one of mine", { ...mine, unread: 0 }, { ...mine, unread: 1 }, "message"],
    ["handed to me", { ...mine, assignee: jon }, mine, "handed"],
    ["claimed by me", {}, mine, null],
    ["seen", { ...mine, unread: 2 }, { ...mine, unread: 0 }, null],
    ["a message to a colleague", { ...mine, assignee: jon }, { ...mine, assignee: jon, unread: 1 }, null],
    ["a guest still fills in the form", undefined, { phase: "intake", unread: 1 }, null],
    ["closed", mine, { phase: "closed", unread: 1 }, null],
  ];
  for (const [what, before, after, expected] of rows) {
    assert.equal(news(before && summary(before), summary(after), amara.id), expected, what);
  }
});

test("an address survives its way into the bar and back, also when somebody mistyped it", () => {
  const rows = [
    { view: "mine", caseID: null, pane: "", team: null },
    { view: "all", caseID: "a/b c", pane: "timeline", team: "t&1" },
    { view: "closed", caseID: "7", pane: "guest", team: null },
  ];
  for (const address of rows) assert.deepEqual(parseAddress(formatAddress(address)), address);
  assert.deepEqual(parseAddress("#/nonsense/%E0%A4/x"), { view: "mine", caseID: null, pane: "", team: null });
  assert.deepEqual(parseAddress(""), { view: "mine", caseID: null, pane: "", team: null });
});

test("initials are whole letters of any script", () => {
  const rows = [
    ["Maria Lopez", "ML"], ["Maximiliane von Theodora", "MT"], ["山田 花子", "山花"],
    ["Cher", "C"], ["", ""], ["🙂 Ann", "A"],
  ];
  for (const [name, letters] of rows) assert.equal(initials(name), letters);
  assert.equal(tint("g1"), tint("g1"));
});
