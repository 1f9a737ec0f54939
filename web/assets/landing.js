// Fills the landing page with what this house says of itself: with demo data the places to look at and the logins.

/**
 * @typedef {{id: string, name: string, chat: string, qr: string}} Team
 * @typedef {{name: string, email: string, password: string, rank: string, teams: string[]}} Person
 * @typedef {{clinic: string, organisation: string, isLoopback: boolean, teams: Team[], members: Person[]}} Demo
 */

/** @param {string} id */
const byId = (id) => document.getElementById(id);

/**
 * A copy of a template's one element.
 * @param {string} id
 */
const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** @param {Team} team */
function chatEntry(team) {
  const entry = copyOf("chat");
  entry.querySelector("h3").textContent = team.name;
  for (const link of entry.querySelectorAll("a")) link.href = team.chat;
  entry.querySelector(".open").setAttribute("aria-label", `Open the chat with ${team.name}`);
  entry.querySelector("img").src = team.qr;
  entry.querySelector(".where").textContent = team.chat;
  return entry;
}

/** @param {Person} person */
function personEntry(person) {
  const entry = copyOf("person");
  entry.querySelector(".called").textContent = person.name;
  entry.querySelector(".rank").textContent = person.rank;
  entry.querySelector(".where").textContent = person.teams.join(", ");
  entry.querySelector(".address").textContent = person.email;
  entry.querySelector(".password").textContent = person.password;
  return entry;
}

/** @param {Demo} demo */
function show(demo) {
  document.querySelector("[data-fill=organisation]").textContent = demo.organisation;
  document.querySelector("[data-link=clinic]").href = demo.clinic;
  document.querySelector(".people").replaceChildren(...demo.members.map(personEntry));
  document.querySelector(".chats").replaceChildren(...demo.teams.map(chatEntry));
  byId("dashboard-text").textContent = "The team’s side: who waits, who is taken care of, and by whom. Sign in as one of the people below, best in another window.";
  byId("loopback").hidden = !demo.isLoopback;
  for (const hidden of document.querySelectorAll("section[hidden], #badge, .step[hidden]")) hidden.hidden = false;
}

const answer = await fetch("/api/v1/house", { headers: { Accept: "application/json" } });
if (answer.ok) {
  const { demo } = await answer.json();
  if (demo) show(demo);
}
