/** The pages, and what they share. Loaded once the language is known: sentences are looked up while this loads. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "@/api/client";
import { keys } from "@/api/queries";
import { router } from "@/router";
import { speakRest } from "@/text/language";
import { Toasts } from "@/ui/Toasts";

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live connection says when something changed; a window that gets the focus back need not ask.
      refetchOnWindowFocus: false,
      // "auto" would wait for the browser's idea of being online, which knows nothing of a hub on the local network.
      networkMode: "always",
      retry: (failures, error) =>
        failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
    mutations: { networkMode: "always" },
  },
});

// Whichever request is the first to learn that the sign-in ended, the door opens.
client.getQueryCache().subscribe((event) => {
  if (event.type !== "updated" || event.action.type !== "error") return;
  if (event.action.error instanceof ApiError && event.action.error.status === 401) client.setQueryData(keys.me, null);
});

/** What pages say that are opened later is fetched when the first one stands. */
function speakRestSoon(): void {
  // Safari knows no idle time.
  const soon = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 2000));
  // Whoever opens such a page asks for it again.
  soon(() => void speakRest().catch(() => undefined), { timeout: 5000 });
}

export function show(root: HTMLElement): void {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Toasts>
          <RouterProvider router={router} />
        </Toasts>
      </QueryClientProvider>
    </StrictMode>,
  );
  addEventListener("load", speakRestSoon);
  if (document.readyState === "complete") speakRestSoon();
}
