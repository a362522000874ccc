/** Which language this browser shows, and the file that holds it. */
import { en } from "@/text/en";
import { speak } from "@/text/text";

export const LANGUAGES = { en: "English" } as const;
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

/** Loads the language; English is part of every page. */
export async function speakChosen(): Promise<void> {
  const language = chosen();
  document.documentElement.lang = language;
  // Another language is a file of its own, which only its readers load: speak(language, (await import("@/text/de")).de).
  speak(language, en);
}

/** Takes the page anew: sentences are looked up while it loads. */
export function choose(language: Language): void {
  localStorage.setItem(KEPT, language);
  location.reload();
}
