// The candidate's way through an exam session: one page at a time, as the agent says; what is touched goes back to it.

import { Keys } from "/keys.js";
import { put, reveal } from "/dom.js";

const TOUCH_AFTER_MS = 500; // a second touch of the last page's button is none of this page's
const find = (selector) => document.querySelector(selector);

export class Steps {
  #step = null;
  #since = 0; // when this page came
  #told_ms = 0; // when the time left was told
  #confirming = false;
  #sent = null; // the code that was tried, and with how many wrong ones before

  constructor(text, { act }) {
    this.text = text;
    this.send = act;
    this.keys = new Keys(find("#code"), find("#keys"), text, { changed: () => this.#typed() });
    find("#first").addEventListener("click", () => this.first());
    find("#second").addEventListener("click", () => this.second());
    find("#notice").addEventListener("scroll", () => this.#draw());
    addEventListener("resize", () => this.#draw());
    setInterval(() => this.#clock(), 250);
  }

  get page() {
    return this.#step?.page ?? null;
  }

  show(step, visible) {
    const before = this.#step;
    this.#step = step;
    this.#told_ms = performance.now();
    document.body.dataset.page = visible && step ? step.page : "";
    document.body.dataset.dots = visible && step?.dot ? "yes" : "no";
    if (!step) this.#confirming = false;
    if (step && (before?.page !== step.page || before?.taken !== step.taken)) this.#turned(step, before);
    this.visible = visible && step !== null;
    this.#draw();
  }

  // A JPEG of the camera, in front of it `L` (live) or `T` (the photo that was taken).
  async picture(data) {
    const taken = new Uint8Array(data, 0, 1)[0] === 0x54;
    if (!this.#step?.camera || taken !== this.#step.taken) return;
    const image = await createImageBitmap(new Blob([new Uint8Array(data, 1)], { type: "image/jpeg" }));
    const canvas = find("#camera canvas");
    if (canvas.width !== image.width || canvas.height !== image.height) {
      [canvas.width, canvas.height] = [image.width, image.height];
    }
    canvas.getContext("2d").drawImage(image, 0, 0);
    find("#camera").dataset.taken = taken ? "yes" : "no";
    find("#camera").dataset.drawn = "yes";
    image.close();
  }

  first() {
    const step = this.#step;
    if (!step || !this.visible || performance.now() - this.#since < TOUCH_AFTER_MS || find("#first").disabled) return;
    switch (step.page) {
      case "code":
        this.#sent = { wrong: step.wrong_codes };
        this.send({ act: "code", code: this.keys.code });
        return this.keys.clear();
      case "notice":
        if (!this.#read()) return this.scroll(0.8);
        return this.send({ act: "acknowledge", notice_version: step.notice_version });
      case "photo":
      case "document":
      case "returning":
        return this.send({ act: step.taken ? "use" : "take" });
      case "calibration":
        return this.send({ act: "calibrate" });
      case "admitted":
        return this.send({ act: "begin" });
      case "on_break":
        return this.send({ act: "back" });
      case "in_progress":
        if (this.#confirming) this.send({ act: "finish" });
        return this.#confirm(!this.#confirming);
    }
  }

  second() {
    const step = this.#step;
    if (!step || !this.visible || performance.now() - this.#since < TOUCH_AFTER_MS) return;
    if (step.taken) this.send({ act: "again" });
    else if (step.page === "waiting") this.send({ act: "calibrate" });
    else if (step.page === "calibration") this.send({ act: "without" });
    else if (step.page === "in_progress" && this.#confirming) this.#confirm(false);
    else if (step.page === "in_progress") this.send({ act: "break" });
  }

  scroll(share) {
    const notice = find("#notice");
    notice.scrollBy({ top: share * notice.clientHeight });
  }

  #confirm(confirming) {
    this.#confirming = confirming;
    this.#since = performance.now();
    this.#draw();
  }

  #turned(step, before) {
    this.#since = performance.now();
    this.#confirming = false;
    if (before?.page === step.page) return;
    this.keys.clear();
    this.#sent = null;
    find("#notice").scrollTop = 0;
    find("#camera").dataset.drawn = "no";
    this.focus();
  }

  // Where keys go: the code, the text to read, else the page's name, which is spoken by a screen reader.
  focus() {
    const where = { code: "#code", notice: "#notice" }[this.page] ?? "#step-title";
    queueMicrotask(() => this.visible && find(where).focus({ preventScroll: true }));
  }

  #typed() {
    if (this.keys.code) this.#sent = null;
    this.#draw();
  }

  // The end of the text has been on the screen.
  #read() {
    const notice = find("#notice");
    return notice.scrollTop + notice.clientHeight >= notice.scrollHeight - 4;
  }

  #draw() {
    const step = this.#step;
    reveal("#first", this.visible);
    reveal("#second", this.visible);
    reveal("#practice", step?.practice === true);
    reveal("#dots", this.visible && step?.dot != null);
    document.body.dataset.confirming = this.#confirming ? "yes" : "no";
    if (!this.visible) return;
    const words = this.#words(step);
    put("#step-who", words.who);
    put("#step-title", words.title);
    put("#step-text", words.text);
    put("#step-hint", words.hint);
    find("#step-hint").dataset.good = words.good ? "yes" : "no";
    put("#notice", step.notice);
    find("#notice").dataset.end = this.#read() ? "yes" : "no";
    for (const [selector, page] of [["#code", "code"], ["#keys", "code"], ["#notice", "notice"]]) {
      reveal(selector, step.page === page);
    }
    reveal("#camera", step.camera);
    find("#camera").dataset.of = step.page === "document" ? "document" : "face";
    find("#camera canvas").setAttribute("aria-label", this.text.camera);
    this.#button("#first", words.first);
    this.#button("#second", words.second);
    find("#first").disabled = words.blocked === true;
    this.#tasks(step);
    this.#dot(step);
    this.#clock();
  }

  #button(selector, words) {
    reveal(selector, words !== "");
    put(selector === "#first" ? "#first span" : selector, words);
  }

  #words(step) {
    const texts = this.text.steps[step.page];
    const words = { who: "", text: "", hint: "", first: "", second: "", ...texts };
    words.who = ["code", "admitted", "in_progress", "paused"].includes(step.page)
      ? [step.candidate, step.exam].filter(Boolean).join(" · ")
      : "";
    switch (step.page) {
      case "code":
        return { ...words, ...this.#codeWords(step, words) };
      case "notice":
        return { ...words, first: this.#read() ? words.first : this.text.readOn };
      case "photo":
      case "document":
      case "returning":
        return { ...words, ...this.#photoWords(step, words) };
      case "calibration":
        return step.problem
          ? {
              ...words,
              text: this.text.problems[step.problem] ?? words.text,
              first: this.text.tryAgain,
              second: step.may_skip ? this.text.withoutDots : "",
            }
          : words;
      case "waiting":
        return step.tasks.includes("calibration")
          ? { ...words, text: step.calibrated ? words.text : this.text.dotsMissing }
          : { ...words, second: "" };
      case "in_progress":
        return { ...words, ...this.#examWords(step, words) };
      case "finished":
        return { ...words, text: step.message || words.text, hint: this.text.uploads(step.uploads), good: !step.uploads };
      default:
        return { ...words, text: step.message || words.text };
    }
  }

  #codeWords(step, words) {
    if (step.locked_s > 0) return { text: "", hint: this.text.locked(step.locked_s), blocked: true };
    const wrong = step.wrong_codes > 0 && !this.keys.code && this.#sent?.wrong !== step.wrong_codes;
    return {
      text: wrong ? "" : words.text,
      hint: wrong ? this.text.wrongCode(step.tries_left) : "",
      blocked: !this.keys.code,
    };
  }

  #photoWords(step, words) {
    if (step.problem) return { hint: this.text.problems[step.problem], first: words.first, blocked: !step.may_take };
    if (step.taken) {
      return { title: this.text.isItGood, text: "", first: this.text.useIt, second: this.text.again };
    }
    const good = step.hint === "good";
    const hint = good && step.page === "document" ? "steady" : step.hint;
    return { hint: hint ? this.text.hints[hint] : "", good, blocked: !step.may_take };
  }

  #examWords(step, words) {
    if (this.#left() === 0) return { title: this.text.timeUp, text: this.text.timeUpNote, first: "", second: "" };
    if (step.finish_asked) return { title: this.text.finishAsked, text: this.text.finishNote, first: "", second: "" };
    if (this.#confirming) {
      return { title: this.text.sure, text: this.text.sureNote, first: this.text.yesFinish, second: this.text.noGoOn };
    }
    return step.break_asked ? { hint: this.text.breakAsked, good: true, second: "" } : { first: words.first };
  }

  #tasks(step) {
    const tasks = [...step.tasks, "waiting"];
    const list = find("#tasks");
    const here = tasks.indexOf(step.page);
    reveal("#tasks", step.tasks.length > 0);
    if (list.dataset.all !== tasks.join()) {
      list.dataset.all = tasks.join();
      list.replaceChildren(
        ...tasks.map((task) => {
          const item = document.createElement("li");
          item.setAttribute("aria-label", this.text.tasks[task]); // the word itself finds no room on a small panel
          item.append(document.createElement("span"));
          item.firstChild.textContent = this.text.tasks[task];
          return item;
        }),
      );
    }
    [...list.children].forEach((item, number) => {
      item.dataset.state = number < here ? "done" : number === here ? "now" : "next";
      if (number === here) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }

  #dot(step) {
    if (!step.dot) return;
    find("#dots").dataset.at = step.dot;
    find("#dots").setAttribute("aria-label", this.text.dots[step.dot]);
    find("#dot").style.setProperty("--share", step.dot_share);
  }

  #left() {
    const step = this.#step;
    if (step?.left_s == null) return null;
    const passed_s = step.running ? (performance.now() - this.#told_ms) / 1000 : 0;
    return Math.max(0, Math.ceil(step.left_s - passed_s));
  }

  #clock() {
    const shown = ["in_progress", "paused", "on_break", "returning"].includes(this.page);
    const left = shown && this.visible ? this.#left() : null;
    put("#step-left", left === null || left === 0 ? "" : this.text.timeLeft(left));
    if (left === 0 && this.page === "in_progress" && find("#step-title").textContent !== this.text.timeUp) this.#draw();
  }
}
