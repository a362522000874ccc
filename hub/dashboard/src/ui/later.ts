/** Parts of the dashboard that are loaded when they are wanted, with the sentences that they say. */
import { type ComponentType, lazy } from "react";
import { speakRest } from "@/text/language";

/** `load` is a dynamic import. It is asked for once the sentences are there: a module looks them up while it loads. */
export async function afterSentences<Module>(load: () => Promise<Module>): Promise<Module> {
  await speakRest();
  return load();
}

export function later<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => ({ default: await afterSentences(load) }));
}
