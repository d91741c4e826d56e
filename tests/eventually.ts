/** Waits for what happens soon: a file that appears, a process that ends. */
import { vi } from 'vitest';

/** No limit that a healthy machine comes near, however slow and busy: it says only when to call it a failure, in milliseconds. */
const TIMEOUT_MS = 40_000;
const INTERVAL_MS = 50;

/** Repeats a check until it passes; after 40 seconds, or the time given, it fails with the check's last error. Vitest's own `vi.waitFor` gives up after one second. */
export function eventually<T>(
  check: () => T | Promise<T>,
  { timeout = TIMEOUT_MS, interval = INTERVAL_MS } = {},
): Promise<T> {
  return vi.waitFor(check, { timeout, interval });
}
