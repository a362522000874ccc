import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./scripts/compress.ts";
import { firstLoad, preloadFirstPage } from "./scripts/first-page.ts";

/** `INVIGIL_HUB` is where `npm run dev` sends API requests: a hub started by hand on this machine. */
const hub = process.env.INVIGIL_HUB ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss(), preloadFirstPage, compress],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // The hub's content security policy allows its own origin only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: { output: { codeSplitting: { groups: firstLoad } } },
  },
  server: { proxy: { "/api": { target: hub, ws: true } } },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
});
