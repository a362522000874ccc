import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/queries";
import { BundleDownload, bundleUrl } from "@/violations/BundleDownload";

function shown(role: string) {
  const client = new QueryClient();
  client.setQueryData(keys.me, { username: "ada", display_name: "Ada", role, booths: null });
  render(
    <QueryClientProvider client={client}>
      <BundleDownload boothId="booth-1" />
    </QueryClientProvider>,
  );
}

describe("the bundle of a booth", () => {
  it("is taken and checked with nothing but the keyboard", async () => {
    const user = userEvent.setup();
    shown("auditor");
    await user.tab();
    expect(document.activeElement?.textContent).toBe("Download bundle");
    await user.keyboard("{Enter}");
    await screen.findByText(/^Anybody can check it/);
    const link = screen.getByRole("link", { name: "Download" });
    expect(link.getAttribute("href")).toBe("/api/v1/bundles?booth=booth-1");
    expect(link.hasAttribute("download")).toBe(true);
    const reached: (string | null | undefined)[] = [];
    for (let turn = 0; turn < 4; turn++) {
      reached.push(document.activeElement?.getAttribute("href"));
      await user.tab();
    }
    expect(reached).toContain("/api/v1/bundles?booth=booth-1");
    expect(screen.getByText(/^invigil verify invigil-booth-1-.*\.zip --ca ca\.pem$/)).toBeTruthy();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("link", { name: "Download" })).toBeNull();
    expect(document.activeElement?.textContent).toBe("Download bundle");
  });

  it("is offered to nobody whom the hub would refuse", () => {
    shown("proctor");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is asked for by the viewer's clock, in the hub's zone", () => {
    const from = "2030-05-04T10:00";
    const query = new URLSearchParams(bundleUrl("booth-1", from, "").split("?")[1]);
    expect(query.get("from")).toBe(new Date(from).toISOString());
    expect(query.has("to")).toBe(false);
  });
});
