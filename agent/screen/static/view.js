// What is seen: one scene at a time, from everything that is known.

import { put, reveal } from "/dom.js";
import { Steps } from "/steps.js";

const WATCHERS_NAMED = 2;

const NAME_LENGTH = 26; // alone; beside another it has less room
const NAME_LENGTH_OF_TWO = 13;

const find = (selector) => document.querySelector(selector);

export class View {
  #fitted = null;
  #message = null;
  #scene = null;

  constructor(text, { hand, read, hear, here, act }) {
    this.text = text;
    this.steps = new Steps(text, { act });
    const press = (selector, act) => find(selector).addEventListener("click", act);
    press("#hand", hand);
    press("#read", read);
    press("#hear", hear);
    press("#here", here);
    put("#read span", text.read);
    put("#here", text.here);
    put("#trouble h1", text.trouble);
    put("#trouble .comfort", text.comfort);
    put("#elsewhere h1", text.elsewhere);
    put("#elsewhere p", text.elsewhereNote);
    put("#practice span", text.practice);
  }

  show({ shown, talk, replaced, agent_lost }) {
    const message = shown?.messages[0] ?? null;
    const trouble = agent_lost ? "agent_lost" : (shown?.trouble ?? null);
    const scene = scene_of({ shown, talk, replaced, agent_lost, message, trouble });
    document.body.dataset.scene = scene;
    document.body.dataset.talk = talk ? "yes" : "no";
    this.steps.show(shown?.step ?? null, scene === "step");
    this.#status(shown, replaced || agent_lost);
    this.#trouble(trouble, scene);
    this.#identify(replaced || agent_lost ? null : (shown?.identify ?? null));
    this.#calm(shown);
    this.#speaks(talk);
    this.#hand(shown, scene);
    this.#reads(message, shown, scene);
    if (scene !== this.#scene && scene === "elsewhere") find("#here").focus();
    if (scene !== this.#scene && scene === "step") this.steps.focus();
    this.#scene = scene;
  }

  #status(shown, away) {
    const names = shown?.watchers ?? [];
    const recording = shown?.recording === true;
    reveal("#recording", !away && (recording || shown?.step != null));
    find("#recording").dataset.recording = recording ? "yes" : "no";
    put("#recording span", recording ? this.text.recording : this.text.notRecording);
    reveal("#watchers", !away && names.length > 0);
    const fitted = `${names.join("\n")} ${innerWidth}`; // measured again only when that changes
    if (away || names.length === 0 || fitted === this.#fitted) return;
    this.#fitted = fitted;
    put("#watchers span", this.#watching(names));
    const line = find("#watchers span");
    if (line.scrollWidth > line.clientWidth) put("#watchers span", this.text.watchedByCount(names.length));
  }

  #watching(names) {
    const short = names.map((name) => shorten(name, names.length > 1 ? NAME_LENGTH_OF_TWO : NAME_LENGTH));
    const more = names.length - WATCHERS_NAMED;
    return more > 0
      ? this.text.watchedByMany(short.slice(0, WATCHERS_NAMED), more)
      : this.text.watchedBy(short);
  }

  #trouble(trouble, scene) {
    const what = trouble === null ? "" : (this.text.troubles[trouble] ?? trouble);
    put("#trouble .what", what);
    put("#banner p", trouble === null ? "" : `${what} ${this.text.comfort}`);
    reveal("#banner", trouble !== null && (scene === "talk" || scene === "step"));
  }

  #identify(name) {
    reveal("#identify", name !== null);
    put("#identify p", name === null ? "" : this.text.identify);
    put("#identify strong", name ?? "");
  }

  #calm(shown) {
    const raised = shown !== null && shown.hand_raised_at !== null;
    const [title, note] = raised
      ? [this.text.handIsUp, this.text.handNote]
      : shown?.recording
        ? [this.text.calm, this.text.calmNote]
        : [this.text.welcome, this.text.welcomeNote];
    put("#calm h1", title);
    put("#calm p", note);
    find("#calm").dataset.hand = raised ? "up" : "down";
  }

  #speaks(talk) {
    if (!talk) return;
    const sentence = { connecting: this.text.connecting, up: this.text.speaking, interrupted: this.text.interrupted };
    put("#talk h1", sentence[talk.stage](talk.name));
    put("#portrait span", initials(talk.name));
    put("#hear", this.text.hear(talk.name));
    reveal("#hear", talk.blocked && talk.stage === "up");
    find("#talk").dataset.picture = talk.picture ? "yes" : "no";
    find("#talk").style.setProperty("--level", Math.min(1, talk.level * 3).toFixed(2));
  }

  #hand(shown, scene) {
    const raised = shown !== null && shown.hand_raised_at !== null;
    const usable = shown !== null && scene !== "elsewhere" && scene !== "lost";
    reveal("#hand", usable);
    find("#hand").setAttribute("aria-pressed", String(raised));
    put("#hand span", raised ? this.text.lowerHand : this.text.raiseHand);
    put("#hand-note", usable && raised && ["talk", "trouble", "step"].includes(scene) ? this.text.handIsUp : "");
  }

  #reads(message, shown, scene) {
    const here = message !== null && scene === "message";
    const more = here ? shown.messages.length - 1 : 0;
    reveal("#read", here);
    put("#more", more > 0 ? this.text.moreMessages(more) : "");
    if (!here) {
      this.#message = null;
      return;
    }
    put("#message h1", this.text.messageFrom(message.sender));
    put("#message-text", message.text);
    find("#message-text").dataset.length =
      message.text.length > 260 ? "long" : message.text.length > 110 ? "middle" : "short";
    if (message.message_id !== this.#message) {
      this.#message = message.message_id;
      find("#message-text").scrollTop = 0;
      find("#read").focus();
    }
  }
}

function scene_of({ shown, talk, replaced, agent_lost, message, trouble }) {
  if (replaced) return "elsewhere";
  if (agent_lost) return "lost";
  if (!shown) return "empty";
  if (message) return "message";
  if (talk) return "talk";
  if (shown.step) return "step";
  return trouble === null ? "calm" : "trouble";
}

function shorten(name, length) {
  return name.length > length ? `${name.slice(0, length - 1).trimEnd()}…` : name;
}

function initials(name) {
  const parts = name.split(/[\s.]+/).filter(Boolean);
  return parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : (parts[0]?.[0] ?? "");
}

