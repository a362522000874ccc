// Sets the theme before the first paint, so that a dim room is never flashed white. Kept in step with src/ui/theme.ts.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("invigil.theme");
  } catch {
    // Storage is refused in some private windows; the system's theme serves.
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
