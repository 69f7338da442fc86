/** Reads the watermark of each primary of a cluster once a second, from the first check on. */

import { parseState, parseTime, wholeState } from './decision.js';
import { lowestSlots } from './keys.js';

const INTERVAL = 1_000;
/** The state of a further realm is read for each of its tokens. */
const MOST_REALMS = 1_000;

export class Watch {
  #keys;
  #ask;
  #owner;
  #unconfirmed;
  #seen = watermarks(new Map());
  /** Those that tokens have named. */
  #realms = new Set();
  #started = null;
  #timer = null;
  #closed = false;

  /**
   * @param {(keys: string[]) => Promise<(string|null)[]>} ask MGET of keys in one slot
   * @param {(slot: number) => string|undefined} owner names the primary of a slot
   */
  constructor(keys, ask, owner, unconfirmed) {
    this.#keys = keys;
    this.#ask = ask;
    this.#owner = owner;
    this.#unconfirmed = unconfirmed;
  }

  /**
   * What was last seen; it grows old by itself when Redis is away. The first callers share one reading. The first
   * calls for a realm read its state.
   */
  async seen(realm) {
    if (realm !== null && this.#realms.size < MOST_REALMS) {
      this.#realms.add(realm);
    }
    this.#started ??= this.#start();
    await this.#started;
    const marks = [...this.#seen.marks.values()];
    const { complete } = this.#seen;
    if (realm === null) {
      return { complete, state: null };
    }
    const states = await Promise.all(marks.map((mark) => (mark.states.has(realm) ? mark.states.get(realm) : this.#state(mark.slot, realm))));
    return { complete, state: wholeState(states) };
  }

  async #state(slot, realm) {
    const [text] = await this.#ask([this.#keys.state(slot, realm)]);
    return parseState(text);
  }

  async #start() {
    const marks = new Map();
    const failure = await this.#read(marks);
    if (failure !== null) {
      this.#started = null;
      throw failure;
    }
    this.#seen = watermarks(marks);
    this.#schedule();
  }

  #schedule() {
    if (!this.#closed) {
      this.#timer = setTimeout(() => this.#look(), INTERVAL);
      this.#timer.unref();
    }
  }

  async #look() {
    this.#unconfirmed.begin();
    const marks = new Map();
    const failure = await this.#read(marks);
    const now = watermarks(marks);
    const holds = continues(now, this.#seen);
    // Before the loss is told: an answer with the old watermark is then too late to be noted.
    this.#seen = now;
    if (!holds) {
      this.#unconfirmed.lose();
    } else if (failure === null) {
      this.#unconfirmed.confirm();
    }
    this.#schedule();
  }

  /** Reads them all. What a primary that does not answer said last stands: it must not hide a loss of another. */
  async #read(marks) {
    let slots;
    try {
      slots = lowestSlots(this.#owner);
    } catch (failure) {
      this.#seen.marks.forEach((mark, key) => marks.set(key, mark));
      return failure;
    }
    let unread = null;
    const realms = [...this.#realms];
    await Promise.all(
      slots.map(async (slot) => {
        const keys = this.#keys.marks(slot);
        try {
          const wanted = [...keys, ...realms.map((realm) => this.#keys.state(slot, realm))];
          const [complete, epoch, ...texts] = await this.#ask(wanted);
          const states = new Map(realms.map((realm, i) => [realm, parseState(texts[i])]));
          marks.set(keys[0], { slot, complete: parseTime(complete), epoch: epoch ?? '', states });
        } catch (failure) {
          unread = failure;
          const last = this.#seen.marks.get(keys[0]);
          if (last !== undefined) {
            marks.set(keys[0], last);
          }
        }
      }),
    );
    return unread;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

/** What all primaries say: the oldest watermark, since a token may be on any. */
function watermarks(marks) {
  const completes = [...marks.values()].map((mark) => mark.complete);
  return {
    marks,
    complete: completes.length > 0 && completes.every((complete) => complete !== null) ? Math.min(...completes) : null,
  };
}

/** Whether no primary has lost anything since: a watermark that has not gone back, and the same epoch. */
export function continues(now, before) {
  if (now.complete === null || now.marks.size !== before.marks.size) {
    return false;
  }
  for (const [key, mark] of now.marks) {
    const old = before.marks.get(key);
    if (old === undefined || (old.complete !== null && old.complete > mark.complete) || old.epoch !== mark.epoch) {
      return false;
    }
  }
  return true;
}
