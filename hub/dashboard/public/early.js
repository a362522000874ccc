// Asks the hub for what the first page shows while that page's own code is still on its way. Only for somebody who was
// signed in when this browser was here last. Kept in step with src/api/early.ts, which takes the answers.
(() => {
  let asks = [];
  try {
    asks = JSON.parse(localStorage.getItem("invigil.early") ?? "[]");
  } catch {
    // Storage is refused in some private windows: the page asks for itself.
  }
  if (!Array.isArray(asks) || asks.length === 0) return;
  if (location.pathname !== "/") asks = asks.slice(0, 1);
  const ask = (path) =>
    fetch(path, { credentials: "same-origin", headers: { "X-Invigil-Request": "1" } }).catch(() => null);
  window.invigilEarly = new Map(asks.filter((path) => /^\/api\/v1\//.test(path)).map((path) => [path, ask(path)]));
})();
