// Adds to package-lock.json the optional packages that npm left out because the registry it asked does not have them:
// binaries for other systems, which some mirrors do not carry. `npm ci` refuses a lock file without them, although it
// would install none of them. Without an integrity there, npm takes it from the registry where one is needed.
import { readFile, writeFile } from "node:fs/promises";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(await readFile(path, "utf8"));
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** What the name of a binary package says of the machine it is for. */
function machine(name) {
  const words = name.split(/[-/]/);
  const only = (known) => known.filter((word) => words.includes(word));
  const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
  return { os: only(SYSTEMS), cpu: only(PROCESSORS), libc };
}

const added = [];
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key]) continue;
    const { os, cpu, libc } = machine(name);
    if (!/^\d+\.\d+\.\d+$/.test(version) || cpu.length === 0) continue;
    const where = Object.entries({ os, libc }).filter(([, words]) => words.length > 0);
    lock.packages[key] = { version, cpu, dev: true, optional: true, ...Object.fromEntries(where) };
    added.push(`${name}@${version}`);
  }
}
const [root, ...others] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]);
await writeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length > 0 ? `added ${added.join(", ")}` : "nothing was missing");
