/** Starts the dashboard: first its language, then its pages. */
import { speakChosen } from "@/text/language";
import "@/styles.css";

const root = document.getElementById("root");
if (root) {
  await speakChosen();
  const { show } = await import("@/app");
  show(root);
}
