// Fails when src/api/schema.d.ts is not what openapi.json gives: the hub's answers changed and the types did not.
import { readFile } from "node:fs/promises";
import openapiTypescript, { astToString } from "openapi-typescript";

const root = new URL("../", import.meta.url);
const header = "openapi-typescript.";
const fresh = astToString(await openapiTypescript(new URL("openapi.json", root)));
const committed = await readFile(new URL("src/api/schema.d.ts", root), "utf8").catch(() => "");

/** The command line tool puts a comment of its own before the types. */
const body = (text) => text.slice(text.includes(header) ? text.indexOf("*/", text.indexOf(header)) + 2 : 0).trim();

if (body(fresh) !== body(committed)) {
  console.error("src/api/schema.d.ts differs from what openapi.json gives; run: make openapi");
  process.exit(1);
}
console.log("src/api/schema.d.ts matches openapi.json");
