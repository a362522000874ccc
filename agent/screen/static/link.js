// The WebSocket to the agent: connects again whenever it is lost, and notices an agent that is silent.

const SILENCE_MS = 6000; // the agent says something every 2 s
const AGAIN_MS = [250, 500, 1000, 2000];
const REPLACED = 4001;

export class Link {
  #socket = null;
  #attempts = 0;
  #silence = 0;

  // hello() gives the first message; heard(message) takes each that comes; changed("up" | "lost" | "replaced").
  constructor({ hello, heard, changed }) {
    this.hello = hello;
    this.heard = heard;
    this.changed = changed;
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/socket`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => this.send(this.hello());
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#attempts = 0;
      this.#listen();
      this.heard(typeof data === "string" ? JSON.parse(data) : data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(0), SILENCE_MS);
  }

  #lost(code) {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    socket.close();
    if (code === REPLACED) {
      this.changed("replaced");
      return;
    }
    this.changed("lost");
    setTimeout(() => this.open(), AGAIN_MS[Math.min(this.#attempts++, AGAIN_MS.length - 1)]);
  }
}
