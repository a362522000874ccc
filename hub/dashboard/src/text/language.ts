/** Which language this browser shows, and the file that holds it. */
import { learn, speak } from "@/text/text";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "invigil.language";

function known(wish: string | null | undefined): Language | undefined {
  return (Object.keys(LANGUAGES) as Language[]).find((language) => wish?.toLowerCase().split("-")[0] === language);
}

/** What was chosen here, else the first of the browser's languages that there is, else English. */
export function chosen(): Language {
  const wishes = [localStorage.getItem(KEPT), ...navigator.languages];
  return wishes.map(known).find((language) => language !== undefined) ?? "en";
}

/** Loads the language and tells the browser and screen readers which one it is. */
export async function speakChosen(): Promise<void> {
  const language = chosen();
  document.documentElement.lang = language;
  // English is part of every page; another language is a file of its own, which only its readers load.
  if (language === "de") speak(language, (await import("@/text/de/first")).first);
}

let learned: Promise<void> | undefined;

async function load(): Promise<void> {
  learn(chosen() === "de" ? (await import("@/text/de/rest")).rest : (await import("@/text/en/rest")).rest);
}

/** What pages say that are loaded when they are opened. To be waited for before such a page is: it looks up at once. */
export function speakRest(): Promise<void> {
  learned ??= load().catch((error: unknown) => {
    learned = undefined;
    throw error;
  });
  return learned;
}

/** Takes the page anew: sentences are looked up while it loads. */
export function choose(language: Language): void {
  localStorage.setItem(KEPT, language);
  location.reload();
}
