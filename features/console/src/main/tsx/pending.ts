import type { Pending } from "./context";

const STORED = "bulwark-api-keys";

/** Keeps what the user was about to do for after a sign-in. No key is ever in it. */
export function keepPending(pending: Pending): void {
  sessionStorage.setItem(STORED, JSON.stringify(pending));
}

/** Returns what was kept, once. */
export function takePending(): Pending | undefined {
  const stored = sessionStorage.getItem(STORED);
  sessionStorage.removeItem(STORED);
  return stored === null ? undefined : (JSON.parse(stored) as Pending);
}
