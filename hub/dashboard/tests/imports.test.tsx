/** A table from file to hub: read as spreadsheets write it, its columns recognised, what is wrong told and left out. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { ImportReport } from "@/api/types";
import { type Column, guess, settle } from "@/imports/columns";
import { decode, forHub, forPeople, read, UnreadableError } from "@/imports/csv";
import { ImportSteps } from "@/imports/ImportSteps";

const bytes = (text: string) => new TextEncoder().encode(text);
const COLUMNS: Column[] = [
  { name: "number", label: "Number", needed: true, also: ["student id"], example: "1" },
  { name: "name", label: "Name", needed: true, also: [], example: "Ada" },
  { name: "email", label: "E-mail", also: ["mail"], example: "a@b.c" },
];

describe("what spreadsheets write", () => {
  it("is read with quotes, line breaks in cells and empty lines, each row with its line", () => {
    const sheet = read(bytes('\uFEFFNumber;Name\r\n\r\n1;"Byron; ""Ada"""\r\n2;"two\r\nlines"\r\n3;Eve\r\n'));
    expect(sheet.header).toEqual(["Number", "Name"]);
    expect(sheet.rows).toEqual([
      { line: 3, cells: ["1", 'Byron; "Ada"'] },
      { line: 4, cells: ["2", "two\nlines"] },
      { line: 6, cells: ["3", "Eve"] },
    ]);
  });

  it("is told apart by its letters, and a guess is known to be one", () => {
    expect(decode(bytes("Müller"))).toEqual({ text: "Müller", guessed: false });
    expect(decode(new Uint8Array([0x4d, 0xfc, 0x6c]))).toEqual({ text: "Mül", guessed: true });
    expect(() => read(new Uint8Array([0x50, 0x4b, 3, 4]))).toThrow(UnreadableError);
    expect(() => read(bytes('a,b\n"never closed'))).toThrow("quotes");
  });

  it("reaches the hub with every row in the line it had, so that its words about lines are true", () => {
    const sheet = read(bytes('x;student id;NAME\n\n\na;1;Ada\nb;2;"B\nC"\nd;3;Eve, the last\n'));
    const mapping = guess(sheet, COLUMNS);
    expect(mapping).toEqual([null, "number", "name"]);
    const where = [
      { name: "number", from: 1 },
      { name: "name", from: 2 },
    ];
    expect(forHub(where, sheet.rows)).toBe('number,name\n\n\n1,Ada\n2,"B\nC"\n3,"Eve, the last"\n');
    expect(settle(mapping, 0, "name")).toEqual(["name", "number", null]);
  });

  it("goes back to people without a formula", async () => {
    expect(await forPeople(["a"], [["=1+1"], ["-2"], ["x,y"]]).text()).toContain("a\r\n'=1+1\r\n'-2\r\n\"x,y\"\r\n");
  });
});

describe("an import", () => {
  it("writes nothing before it is confirmed, says what is refused and why, and then sends the rest", async () => {
    const sent: { table: string; dry: boolean }[] = [];
    const send = async (table: string, dry: boolean): Promise<ImportReport> => {
      sent.push({ table, dry });
      const bad = dry ? [{ line: 3, column: "email", problem: "not an e-mail address" }] : [];
      return {
        applied: !dry,
        encoding: "utf-8",
        separator: ",",
        new: 1,
        changed: 1,
        unchanged: 0,
        problem_count: bad.length,
        problems: bad,
        rows: [
          { line: 2, key: "1", change: "new", fields: [] },
          { line: 4, key: "3", change: "changed", fields: ["name"] },
        ],
        warning: "",
      };
    };
    const user = userEvent.setup();
    render(
      <QueryClientProvider client={new QueryClient()}>
        <ImportSteps columns={COLUMNS} templateName="t.csv" send={send} sendKey="test" next={null} />
      </QueryClientProvider>,
    );
    const file = new File([bytes("Number,Name,Mail\n1,Ada,\n2,Bea,nowhere\n3,Cid,\n")], "list.csv");
    await user.upload(screen.getByLabelText("Choose a file"), file);

    const table = await screen.findByRole("table", { name: "What the file would do" });
    expect(within(table).getByText("E-mail: not an e-mail address")).toBeTruthy();
    expect(within(table).queryByText("Ada"), "what is wrong comes first, alone").toBeNull();
    expect(sent.map(({ dry }) => dry)).toEqual([true]);
    await user.click(screen.getByRole("radio", { name: "All 3" }));
    expect(within(table).getByText("Ada")).toBeTruthy();

    await user.click(screen.getByRole("button", { name: "Import 2 rows" }));
    await screen.findByText("Imported 2 rows");
    expect(sent.at(-1)).toEqual({ table: "number,name,email\n1,Ada,\n\n3,Cid,\n", dry: false });
    expect(screen.getByRole("button", { name: "Save the refused row" })).toBeTruthy();
    await waitFor(() => expect(sent).toHaveLength(2));
  });

  it("asks for a column that it does not find", async () => {
    const user = userEvent.setup();
    render(
      <QueryClientProvider client={new QueryClient()}>
        <ImportSteps
          columns={COLUMNS}
          templateName="t.csv"
          send={() => Promise.reject(new Error("not asked"))}
          sendKey="test"
          next={null}
        />
      </QueryClientProvider>,
    );
    await user.upload(screen.getByLabelText("Choose a file"), new File([bytes("Who,Mail\nAda,a@b.c\n")], "list.csv"));
    expect(await screen.findByText("Say which column is: Number, Name")).toBeTruthy();
  });
});
