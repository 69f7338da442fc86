/** What is kept of earlier answers. */

/** The last answers, those used least recently forgotten first. */
export class Memory {
  #size;
  #answers = new Map();

  constructor(size) {
    this.#size = size;
  }

  /** Keeps an answer; one that says nothing, or less than what is known, changes nothing. */
  note(jti, reading) {
    if (!reading.revoked && reading.complete === null) {
      return;
    }
    const old = this.#answers.get(jti);
    this.#answers.delete(jti);
    this.#answers.set(jti, old !== undefined && outweighs(old, reading) ? old : reading);
    if (this.#answers.size > this.#size) {
      this.#answers.delete(this.#answers.keys().next().value);
    }
  }

  /** The last answer about a token; null if there is none. */
  of(jti) {
    const reading = this.#answers.get(jti);
    if (reading === undefined) {
      return null;
    }
    this.#answers.delete(jti);
    this.#answers.set(jti, reading);
    return reading;
  }
}

function outweighs(old, fresh) {
  return old.revoked || (!fresh.revoked && old.complete !== null && old.complete > fresh.complete);
}

/**
 * Answers "not revoked" that go with a watermark read before them. If a primary was emptied in between, they are wrong.
 * So they are remembered only when a later reading finds every primary as it was.
 */
export class Unconfirmed {
  #memory;
  #size;
  #noted = new Map();
  #beingConfirmed = new Map();

  /** To be taken before the watermark that goes with an answer. */
  losses = 0;

  constructor(memory, size) {
    this.#memory = memory;
    this.#size = size;
  }

  /** Keeps an answer; `lossesBefore` is the number when the answer's watermark was taken. */
  note(jti, reading, lossesBefore) {
    if (lossesBefore === this.losses && this.#noted.size < this.#size) {
      this.#noted.set(jti, reading);
    }
  }

  /** A reading begins: it can confirm the answers of before. */
  begin() {
    for (const [jti, reading] of this.#noted) {
      this.#beingConfirmed.set(jti, reading);
    }
    this.#noted = new Map();
  }

  /** Every primary is as it was. */
  confirm() {
    for (const [jti, reading] of this.#beingConfirmed) {
      this.#memory.note(jti, reading);
    }
    this.#beingConfirmed = new Map();
  }

  /** A primary has lost something: no answer since the last confirmation is good. */
  lose() {
    this.losses++;
    this.#beingConfirmed = new Map();
    this.#noted = new Map();
  }
}

/** Answers of the last moments; the oldest go first. */
export class NearCache {
  #size;
  #maxAge;
  #answers = new Map();

  constructor(size, maxAge) {
    this.#size = size;
    this.#maxAge = maxAge;
  }

  of(jti) {
    const entry = this.#answers.get(jti);
    return entry !== undefined && performance.now() < entry.until ? entry.reading : null;
  }

  /** `askedAt` is performance.now() before Redis was asked. */
  note(jti, reading, askedAt) {
    this.#answers.delete(jti);
    if (this.#answers.size >= this.#size) {
      this.#answers.delete(this.#answers.keys().next().value);
    }
    this.#answers.set(jti, { reading, until: askedAt + this.#maxAge });
  }
}
