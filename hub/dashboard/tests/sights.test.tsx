/** What is drawn over the live picture: boxes where they are, angles, and rules before and after they open. */
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Sights } from "@/api/types";
import { SightLayer } from "@/watch/SightLayer";

const SIGHTS: Sights = {
  type: "sights",
  frame_wh: [640, 480],
  boxes: [
    { label: "face", score: 0.98, xyxy: [0.25, 0.5, 0.5, 1.1], yaw_deg: -12.3, pitch_deg: 4 },
    { label: "cell phone", score: 0.61, xyxy: [0, 0, 0.1, 0.1], yaw_deg: null, pitch_deg: null },
  ],
  points: [[0.3, 0.6]],
  speaking: true,
  rules: [
    { rule: "looking_away", kind: "looking_away", label: "left", lasted_s: 1.2, hold_s: 3, severity: null },
    { rule: "no_face", kind: "no_face", label: null, lasted_s: 8, hold_s: 2, severity: "high" },
  ],
};

it("draws what is seen where it is, and says how near a rule is", () => {
  render(<SightLayer sights={SIGHTS} aspect={4 / 3} />);
  const face = document.querySelector<HTMLElement>("[data-label=face]");
  expect(face?.style.left).toBe("25%");
  expect(face?.style.height).toBe("50%");
  expect(face?.textContent).toBe("12° right, 4° up");
  expect(screen.getByText("cell phone 61 %")).toBeTruthy();
  expect([...document.querySelectorAll("[data-rule]")].map((rule) => rule.textContent)).toEqual([
    "Looking away (left): 1.2 of 3 s",
    "■ No face: violation, 8 s",
  ]);
});

it("says that the booth sends nothing, rather than that nothing is there", () => {
  render(<SightLayer sights={null} aspect={4 / 3} />);
  expect(screen.getByText("The booth sends nothing to draw.")).toBeTruthy();
});
