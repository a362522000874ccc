// The code and its keys: for fingers where there is no keyboard, and for a keyboard where there is one.

const ROWS = ["1234567890", "QWERTYUIOP", "ASDFGHJKL←", "ZXCVBNM"];

export class Keys {
  constructor(input, pad, text, { changed }) {
    this.input = input;
    this.changed = changed;
    input.setAttribute("aria-label", text.steps.code.title);
    input.addEventListener("input", () => this.#set(input.value));
    for (const row of ROWS) {
      const line = document.createElement("div");
      line.append(...Array.from(row, (key) => this.#key(key, text)));
      pad.append(line);
    }
  }

  get code() {
    return this.input.value;
  }

  clear() {
    this.#set("");
  }

  #key(key, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1; // whoever has a Tab key has letters as well
    button.textContent = key;
    if (key === "←") button.setAttribute("aria-label", text.erase);
    button.addEventListener("click", () => {
      this.#set(key === "←" ? this.code.slice(0, -1) : this.code + key);
    });
    return button;
  }

  #set(code) {
    this.input.value = code.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, this.input.maxLength);
    this.changed();
  }
}
