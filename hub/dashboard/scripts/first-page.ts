/** What the browser fetches first: one file of all that the first page needs, asked for together with the language. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

type Info = (id: string) => { importedIds: readonly string[] } | null;

const MAIN = fileURLToPath(new URL("../src/main.tsx", import.meta.url));
const APP = fileURLToPath(new URL("../src/app.tsx", import.meta.url));

/** A module and all that it imports before anything is asked for. */
function reached(from: string, info: Info): Set<string> {
  const found = new Set<string>();
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(info(id)?.importedIds ?? []));
  }
  return found;
}

function group(name: string, entry: string, priority: number) {
  let members: Set<string> | undefined;
  return {
    debugName: name,
    priority,
    name: (id: string, context: { getModuleInfo: Info }) => {
      members ??= reached(entry, (each) => context.getModuleInfo(each));
      // `main` waits for the pages: with something that they need in one file, both would wait for ever.
      return id !== MAIN && members.has(id) ? name : null;
    },
  };
}

/**
 * Left alone, what the first page shares with lazy ones becomes dozens of files, and the first load waits for each.
 * What `main` settles first, the language, stays apart: pages look sentences up while they load.
 */
export const firstLoad = [group("language", MAIN, 2), group("first", APP, 1)];

/** The pages are imported once the language is known; the browser fetches them meanwhile. */
export const preloadFirstPage: Plugin = {
  name: "preload-first-page",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const app = chunks.find((chunk) => chunk.facadeModuleId === APP);
      const files = app ? [app.fileName, ...app.imports] : [];
      return files.map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` },
        injectTo: "head" as const,
      }));
    },
  },
};
