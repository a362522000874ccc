/** An import from file to done: what the hub would do with it, and, once confirmed, doing it piece by piece. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { ImportReport } from "@/api/types";
import { type Column, guess, type Mapping, missing, places } from "@/imports/columns";
import { forHub, read, type Sheet, UnreadableError } from "@/imports/csv";
import { type Planned, pieces, plan, tooLong } from "@/imports/plan";
import { t } from "@/text/text";

/** Takes a table as CSV; with `dry` it changes nothing. */
export type Send = (table: string, dry: boolean) => Promise<ImportReport>;

export type Taken = { done: number; of: number; added: number; changed: number; error: unknown; over: boolean };

type File = { name: string; sheet: Sheet };

export function useImport(columns: readonly Column[], send: Send, sendKey: string) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [unreadable, setUnreadable] = useState<UnreadableError | null>(null);
  const [mapping, setMapping] = useState<Mapping>([]);
  const [taken, setTaken] = useState<Taken | null>(null);
  const stopped = useRef(false);

  const choose = async (blob: Blob, name: string) => {
    setTaken(null);
    setUnreadable(null);
    try {
      const sheet = read(new Uint8Array(await blob.arrayBuffer()));
      setFile({ name, sheet });
      setMapping(guess(sheet, columns));
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      setFile(null);
      setUnreadable(error);
    }
  };

  const lacks = file ? missing(mapping, columns) : [];
  const where = useMemo(() => places(mapping, columns), [mapping, columns]);
  const table = useMemo(() => {
    if (!file || lacks.length > 0) return null;
    const { sheet } = file;
    return forHub(
      where,
      sheet.rows.filter((row) => !tooLong(sheet, row)),
    );
  }, [file, where, lacks.length]);
  const dry = useQuery({
    queryKey: ["imports", sendKey, table],
    queryFn: () => send(table ?? "", true),
    enabled: table !== null && taken === null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const planned: Planned[] | undefined = useMemo(
    () => (file && dry.data ? plan(file.sheet, dry.data, t("imports.strange")) : undefined),
    [file, dry.data],
  );

  /** What is refused is left out; a piece that fails is the last, and those before it stay. */
  const take = async () => {
    const rows = (planned ?? []).filter(({ fate }) => fate === "new" || fate === "changed").map(({ row }) => row);
    const told: Taken = { done: 0, of: rows.length, added: 0, changed: 0, error: null, over: false };
    stopped.current = false;
    setTaken({ ...told });
    try {
      for (const piece of pieces(rows)) {
        if (stopped.current) break;
        const report = await send(forHub(where, piece), false);
        told.done += piece.length;
        told.added += report.new;
        told.changed += report.changed;
        setTaken({ ...told });
      }
    } catch (error) {
      told.error = error;
    }
    setTaken({ ...told, over: true });
    void client.invalidateQueries();
  };

  return {
    file,
    unreadable,
    mapping,
    lacks,
    where,
    planned,
    checking: dry.isFetching && !dry.data,
    failure: dry.error,
    truncated: dry.data !== undefined && dry.data.problems.length < dry.data.problem_count,
    taken,
    choose,
    settle: setMapping,
    check: () => void dry.refetch(),
    take,
    stop: () => {
      stopped.current = true;
    },
    again: () => {
      setFile(null);
      setTaken(null);
      setUnreadable(null);
    },
  };
}

export type Import = ReturnType<typeof useImport>;
