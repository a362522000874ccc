/**
 * Every English sentence of the dashboard, by part. `{name}` is filled in; `_one` and `_other` are chosen by count.
 * A name that stands in two parts is a mistake of the later one.
 */
import { first } from "@/text/en/first";
import { rest } from "@/text/en/rest";

export const en = { ...first, ...rest } as const;
