// The candidate's page: takes what the agent tells, gives back touches and keys.

import { Link } from "/link.js";
import { Talk } from "/talk.js";
import { View } from "/view.js";

const { text } = await import(`/text/${document.documentElement.lang}.js`);
const TROUBLE_AFTER_MS = 3000; // an agent that starts again is no reason to frighten anybody
const READ_AFTER_MS = 800; // a key that was meant for something else confirms nothing
const SCROLL = { ArrowDown: 0.1, ArrowUp: -0.1, PageDown: 0.4, PageUp: -0.4 }; // shares of the screen's height

let shown = null; // the agent's last `show`
let link_state = "lost";
let agent_lost = false;
let lost_timer = 0;
let talk = null;
let message = { id: null, since: 0 };

const video = document.getElementById("picture");
const view = new View(text, {
  hand: () => raise(shown && shown.hand_raised_at === null),
  read: () => read(),
  hear: () => talk?.hear(),
  here: () => link.open(),
  act: (words) => link_state === "up" && link.send({ type: "act", ...words }),
});
const link = new Link({ hello, heard, changed });

function hello() {
  return {
    type: "hello",
    instance: shown?.instance ?? null,
    hand_raised_at: shown?.hand_raised_at ?? null,
    messages: shown?.messages ?? [],
  };
}

function heard(words) {
  if (words instanceof ArrayBuffer) {
    view.steps.picture(words);
  } else if (words.type === "show") {
    if (shown && shown.build !== words.build) location.reload();
    shown = words;
    changed("up");
  } else if (words.type === "talk") {
    listen(words);
  } else if (talk?.offer.peer_id === words.peer_id) {
    if (words.type === "candidate") talk.candidate(words.candidate);
    if (words.type === "end") talk.end();
  }
}

function listen(offer) {
  const again = talk?.offer.peer_id === offer.peer_id;
  talk?.end(again ? null : { type: "ended", reason: "replaced", by: offer.name });
  talk = new Talk(offer, video, { send: (words) => link.send(words), changed: show });
  talk.start();
  show();
}

function changed(state) {
  link_state = state;
  if (state === "up") {
    clearTimeout(lost_timer);
    lost_timer = 0;
    agent_lost = false;
  } else {
    talk?.end(); // the agent no longer says that somebody speaks, so nobody does
    lost_timer ||= setTimeout(() => {
      agent_lost = true;
      show();
    }, TROUBLE_AFTER_MS);
  }
  show();
}

function raise(raised) {
  if (link_state === "up") link.send({ type: "hand", raised });
}

function read() {
  if (link_state !== "up" || message.id === null || performance.now() - message.since < READ_AFTER_MS) return;
  link.send({ type: "read", message_id: message.id });
}

function show() {
  if (talk?.stage === "over") talk = null;
  const first = shown?.messages[0] ?? null;
  if ((first?.message_id ?? null) !== message.id) {
    message = { id: first?.message_id ?? null, since: performance.now() };
  }
  view.show({ shown, talk, replaced: link_state === "replaced", agent_lost });
}

let tabbed = false; // a button was chosen with Tab, and not touched
addEventListener("pointerdown", () => {
  tabbed = false;
});
addEventListener("keydown", (event) => {
  tabbed ||= event.key === "Tab";
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const scene = document.body.dataset.scene;
  const step = scene === "step" ? view.steps.page : null;
  if (step === "notice" && event.key in SCROLL) {
    event.preventDefault();
    view.steps.scroll(2 * SCROLL[event.key]);
  } else if (event.key in SCROLL) {
    document.getElementById("message-text").scrollBy({ top: SCROLL[event.key] * innerHeight });
  } else if (event.repeat) {
    return;
  } else if (step === "code" && event.key.length === 1) {
    document.getElementById("code").focus(); // an H is a letter of the code here
  } else if (event.key.toLowerCase() === "h") {
    event.preventDefault();
    raise(shown?.hand_raised_at === null);
  } else if (event.key === "Enter" && step !== null) {
    if (step === "in_progress" && !tabbed) return; // a key that slipped ends no exam
    if (tabbed && event.target instanceof HTMLButtonElement && event.target.id !== "first") return; // it is pressed itself
    event.preventDefault();
    view.steps.first();
  } else if (event.key === "Enter" && scene === "message") {
    event.preventDefault(); // whichever button was touched last: the key is written on the one that confirms
    read();
  } else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
    if (link_state === "replaced") link.open();
    else if (talk?.blocked) talk.hear();
  }
});
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("dragstart", (event) => event.preventDefault());
addEventListener("pagehide", () => talk?.end());

// A screen that went dark would look like a booth that is off.
async function stay_awake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // not in this browser, or not while hidden
  }
}
document.addEventListener("visibilitychange", stay_awake);
stay_awake();

link.open();
