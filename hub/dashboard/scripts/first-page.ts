/** What the browser fetches first: one file of all that the first page needs, asked for together with the language. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

type Info = (id: string) => { importedIds: readonly string[]; code: string | null } | null;

const MAIN = fileURLToPath(new URL("../src/main.tsx", import.meta.url));
const APP = fileURLToPath(new URL("../src/app.tsx", import.meta.url));

/** Packages that hand on hundreds of modules by name: what imports one of them does not need them all. */
const HANDS_ON = /\/node_modules\/(lucide-react|radix-ui)\/dist\/(esm\/lucide-react|index)\.mjs$/;

/** By name, the module that such a package hands on. */
function handedOn(id: string, info: Info): Map<string, string> {
  const { code, importedIds } = info(id) ?? { code: null, importedIds: [] };
  const found = new Map<string, string>();
  const add = (name: string, from: string) => {
    // `./icons/eye.mjs` or `@radix-ui/react-dialog`, by the end or the middle of the whole path.
    const part = from.startsWith(".") ? from.slice(1) : `/${from}/`;
    const module = importedIds.find((each) => each.includes(part));
    if (module) found.set(name, module);
  };
  for (const [, names = "", from = ""] of (code ?? "").matchAll(/export \{([^}]*)\} from ["']([^"']+)["']/g)) {
    for (const [, name = ""] of names.matchAll(/default as (\w+)/g)) add(name, from);
  }
  for (const [, name = "", from = ""] of (code ?? "").matchAll(/import \* as (\w+) from ["']([^"']+)["']/g))
    add(name, from);
  return found;
}

/** What one module imports, without what it merely could import. */
function imported(id: string, info: Info, known: Map<string, Map<string, string>>): string[] {
  const { code, importedIds } = info(id) ?? { code: null, importedIds: [] };
  return importedIds.flatMap((each) => {
    const name = HANDS_ON.exec(each)?.[1];
    if (name === undefined) return [each];
    const modules = known.get(each) ?? handedOn(each, info);
    known.set(each, modules);
    const clause = new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*["']${name}["']`, "g");
    const names = [...(code ?? "").matchAll(clause)].flatMap(([, list = ""]) => list.split(","));
    return names.flatMap((one) => modules.get(one.trim().split(/\s+as\s+/)[0] ?? "") ?? []);
  });
}

/** A module and all that it needs before anything is asked for. */
function reached(from: string, info: Info): Set<string> {
  const found = new Set<string>();
  const known = new Map<string, Map<string, string>>();
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...imported(id, info, known));
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
export const firstLoad = [
  group("language", MAIN, 3),
  group("first", APP, 2),
  // What later pages need of these: one file, not one for each icon.
  { name: "parts", priority: 1, test: /\/node_modules\/(lucide-react|radix-ui|@radix-ui|@floating-ui)\// },
];

type Chunk = { fileName: string; imports: readonly string[] };

/** A file and all that it imports, and what those import: a browser that is told of each waits for none in turn. */
function withImports(from: Chunk, chunks: readonly Chunk[]): string[] {
  const found = new Set<string>();
  const waiting = [from.fileName];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(chunks.find((chunk) => chunk.fileName === name)?.imports ?? []));
  }
  return [...found];
}

/** The pages are imported once the language is known; the browser fetches them meanwhile. */
export const preloadFirstPage: Plugin = {
  name: "preload-first-page",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const app = chunks.find((chunk) => chunk.facadeModuleId === APP);
      const main = chunks.find((chunk) => chunk.isEntry);
      const named = new Set(main?.imports);
      const files = app ? withImports(app, chunks).filter((file) => !named.has(file)) : [];
      return files.map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` },
        injectTo: "head" as const,
      }));
    },
  },
};
