/** Keeps callers from waiting for a Redis that is known to be away: after a failure one caller an interval may try. */
export class Circuit {
  #interval;
  #open = false;
  #nextTry = 0;

  constructor(interval) {
    this.#interval = interval;
  }

  /** Whether the caller may try; if so it reports how it went. */
  allows() {
    if (!this.#open) {
      return true;
    }
    const now = performance.now();
    if (now < this.#nextTry) {
      return false;
    }
    this.#nextTry = now + this.#interval;
    return true;
  }

  succeeded() {
    this.#open = false;
  }

  failed() {
    this.#open = true;
    this.#nextTry = performance.now() + this.#interval;
  }
}
