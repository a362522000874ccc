/** Starts the dashboard. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "@/api/client";
import { keys } from "@/api/queries";
import { router } from "@/router";
import "@/styles.css";

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

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
