/**
 * Tables as spreadsheets save them, read in the browser: so that columns can be named, mistakes shown beside what was
 * written, and what is wrong left out. What goes to the hub is UTF-8 with commas, each row in the line it had.
 */

export type Row = { line: number; cells: string[] };
export type Sheet = { header: string[]; rows: Row[]; guessed: boolean };

/** As the hub has them: hub/exams/sheet.py. */
export const MAX_BYTES = 2 * 1024 * 1024;
export const MAX_ROWS = 10_000;

export type Unreadable = "spreadsheet" | "letters" | "empty" | "quotes" | "rows" | "size";

/** What a file is not, in a word. */
export class UnreadableError extends Error {
  constructor(readonly why: Unreadable) {
    super(why);
  }
}

/** UTF-8 and UTF-16 are sure; what is neither is taken for Windows-1252, which only a person can tell is right. */
export function decode(data: Uint8Array): { text: string; guessed: boolean } {
  // An .xlsx is a zip file, an .xls an OLE file.
  if ((data[0] === 0x50 && data[1] === 0x4b) || (data[0] === 0xd0 && data[1] === 0xcf))
    throw new UnreadableError("spreadsheet");
  const wide =
    data[0] === 0xff && data[1] === 0xfe ? "utf-16le" : data[0] === 0xfe && data[1] === 0xff ? "utf-16be" : "";
  if (wide) return { text: new TextDecoder(wide).decode(data), guessed: false };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(data), guessed: false };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(data), guessed: true };
  }
}

/** Rows with the line each begins in, from 1; a quoted cell may have several lines. */
function* rowsOf(text: string, separator: string): Generator<Row> {
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let line = 1;
  let begins = 1;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') {
        cell += '"';
        at++;
      } else if (letter === '"') quoted = false;
      else {
        if (letter === "\n") line++;
        cell += letter;
      }
    } else if (letter === '"' && cell.trim() === "") {
      cell = "";
      quoted = true;
    } else if (letter === separator) {
      cells.push(cell.trim());
      cell = "";
    } else if (letter === "\n") {
      yield { line: begins, cells: [...cells, cell.trim()] };
      cells = [];
      cell = "";
      line++;
      begins = line;
    } else cell += letter;
  }
  if (quoted) throw new UnreadableError("quotes");
  if (cell || cells.length > 0) yield { line: begins, cells: [...cells, cell.trim()] };
}

export function read(data: Uint8Array): Sheet {
  if (data.length > 4 * MAX_BYTES) throw new UnreadableError("size");
  const { text: raw, guessed } = decode(data);
  const text = raw.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (text.includes("\0")) throw new UnreadableError("letters");
  const first = text.trimStart().split("\n", 1)[0] ?? "";
  const times = (separator: string) => first.split(separator).length;
  const separator = [";", ",", "\t"].reduce((best, each) => (times(each) > times(best) ? each : best));
  const [head, ...rows] = [...rowsOf(text, separator)].filter(({ cells }) => cells.some(Boolean));
  if (!head || rows.length === 0) throw new UnreadableError("empty");
  if (rows.length > MAX_ROWS) throw new UnreadableError("rows");
  return { header: head.cells, rows, guessed };
}

/** A cell that a spreadsheet would run is made harmless, as the hub's own exports do. */
function quote(cell: string, harmless: boolean): string {
  const safe = harmless && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** For a person to open in a spreadsheet. */
export function forPeople(header: readonly string[], rows: readonly (readonly string[])[]): Blob {
  const lines = [header, ...rows].map((cells) => cells.map((cell) => quote(cell, true)).join(","));
  return new Blob([`\uFEFF${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
}

/** For the hub: columns under its own names, `from` the cells of the file; every row begins in the line it had. */
export function forHub(columns: readonly { name: string; from: number }[], rows: readonly Row[]): string {
  let text = `${columns.map(({ name }) => name).join(",")}\n`;
  let line = 2;
  for (const row of rows) {
    while (line < row.line) {
      text += "\n";
      line++;
    }
    const said = columns.map(({ from }) => quote(row.cells[from] ?? "", false)).join(",");
    text += `${said}\n`;
    line += said.split("\n").length;
  }
  return text;
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
