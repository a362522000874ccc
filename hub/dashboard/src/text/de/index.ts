/** Every German sentence of the dashboard, by part, as the English ones are. */
import { first } from "@/text/de/first";
import { rest } from "@/text/de/rest";
import type { Catalogue } from "@/text/text";

export const de: Catalogue = { ...first, ...rest };
