/** Holds the live connection while somebody is signed in, and tells the page how fresh it is. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { keys } from "@/api/queries";
import { LiveConnection, type LiveState } from "@/live/connection";
import { Journal } from "@/live/journal";
import { setSilentSince } from "@/time/now";

const Context = createContext<LiveConnection | null>(null);

function liveUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`;
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { connection, journal } = useMemo(() => {
    const journal = new Journal(client);
    const connection = new LiveConnection({
      connect: () => new WebSocket(liveUrl()),
      onMessage: (message) => journal.record(message),
      onHello: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] }),
      onLost: () => void client.invalidateQueries({ queryKey: keys.me }),
    });
    return { connection, journal };
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
      setSilentSince(null);
      unwatch();
    };
  }, [connection, journal]);

  return <Context value={connection}>{children}</Context>;
}

export function useLive(): LiveState & { retryNow: () => void } {
  const connection = useContext(Context);
  if (!connection) throw new Error("useLive needs a LiveProvider above it");
  const state = useSyncExternalStore(connection.subscribe, () => connection.state);
  return { ...state, retryNow: connection.retryNow };
}
