/** A value that changes many times a second, followed at a pace that can be read. */
import { useEffect, useState } from "react";

/**
 * The first change after a rest is followed at once, later ones every `everyMs`. Another `key` is another thing, whose
 * value is not held back.
 */
export function useCalm<Value>(value: Value, everyMs: number, key: string): Value {
  const [shown, setShown] = useState({ value, key, at: Number.NEGATIVE_INFINITY });
  const [, look] = useState(0);
  const now = performance.now();
  const due = shown.key !== key || now - shown.at >= everyMs;
  const follows = value !== shown.value && due;
  if (follows) setShown({ value, key, at: now });
  const wait = value === shown.value || follows ? null : shown.at + everyMs - now;
  useEffect(() => {
    if (wait === null) return;
    const timer = setTimeout(() => look((times) => times + 1), wait);
    return () => clearTimeout(timer);
  });
  return follows ? value : shown.value;
}
