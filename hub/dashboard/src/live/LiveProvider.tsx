/** Holds the live connection while somebody is signed in, and tells the page how fresh it is. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { keys } from "@/api/queries";
import type { LiveMessage } from "@/api/types";
import { Batch } from "@/live/batch";
import { LiveConnection, type LiveState } from "@/live/connection";
import { Journal } from "@/live/journal";
import { setSilentSince } from "@/time/now";

/** How long a page that opens is let be before it asks for everything again, to have what changed meanwhile. */
const OPENING_MS = 1000;

const Context = createContext<LiveConnection | null>(null);

function liveUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`;
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { connection, journal, batch } = useMemo(() => {
    let opening = true;
    const journal = new Journal(client);
    const batch = new Batch<{ message: LiveMessage; at: number }>((heard) => journal.record(heard));
    const connection = new LiveConnection({
      connect: () => new WebSocket(liveUrl()),
      onMessage: (message) => {
        batch.add({ message, at: performance.now() });
        // What came before the fetch that a hello starts must not be put on top of its answer.
        if (message.type === "hello") batch.flush();
      },
      onHello: async () => {
        // What the page asked for as it opened is hardly older: its pictures go first.
        if (opening) await new Promise((resolve) => setTimeout(resolve, OPENING_MS));
        opening = false;
        await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
      },
      onLost: () => void client.invalidateQueries({ queryKey: keys.me }),
    });
    return { connection, journal, batch };
  }, [client]);

  useEffect(() => {
    const unwatch = journal.watch();
    const unsubscribe = connection.subscribe(() => {
      const { phase, heardAt } = connection.state;
      setSilentSince(phase === "stale" ? heardAt : null);
    });
    connection.start();
    window.addEventListener("online", connection.retryNow);
    return () => {
      window.removeEventListener("online", connection.retryNow);
      unsubscribe();
      connection.stop();
      batch.flush();
      setSilentSince(null);
      unwatch();
    };
  }, [connection, journal, batch]);

  return <Context value={connection}>{children}</Context>;
}

export function useLive(): LiveState & { retryNow: () => void } {
  const connection = useContext(Context);
  if (!connection) throw new Error("useLive needs a LiveProvider above it");
  const state = useSyncExternalStore(connection.subscribe, () => connection.state);
  return { ...state, retryNow: connection.retryNow };
}
