import assert from "node:assert/strict";
import { test } from "node:test";
import type { Key } from "../../main/tsx/api";
import { withKey } from "../../main/tsx/command";
import { dateError, defaultDays, describe, endOf, isCounted, lastDay, lastMoment, localDay, presets, search } from "../../main/tsx/keys";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const DAY = 86_400_000;

function key(id: string, changes: Partial<Key> = {}): Key {
  return {
    id,
    name: `key ${id}`,
    prefix: `atk_${id}`,
    scopes: [],
    createdAt: "2026-11-01T00:00:00Z",
    expiresAt: null,
    active: true,
    lastUsedAt: null,
    requestCount: 0,
    graceUntil: null,
    rateLimit: null,
    allowedNetworks: null,
    metadata: {},
    ...changes,
  };
}

test("a key has the state that the server sees", () => {
  const later = "2026-11-27T13:00:00Z";
  const now = "2026-11-27T12:00:00Z";
  const states = (changes: Partial<Key>) => describe([key("a", changes)], NOW)[0]?.state;
  assert.equal(states({}), "active");
  assert.equal(states({ expiresAt: later }), "active");
  assert.equal(states({ expiresAt: now }), "expired");
  assert.equal(states({ graceUntil: later }), "ending");
  assert.equal(states({ graceUntil: now }), "replaced");
  assert.equal(states({ active: false, expiresAt: now }), "inactive");
});

test("a key counts as the server counts it, whether it is active or not", () => {
  const later = "2026-11-27T13:00:00Z";
  const now = "2026-11-27T12:00:00Z";
  const counted = (changes: Partial<Key>) => isCounted(key("a", changes), NOW);
  assert.equal(counted({}), true);
  assert.equal(counted({ expiresAt: later }), true);
  assert.equal(counted({ active: false }), true);
  assert.equal(counted({ expiresAt: now }), false);
  assert.equal(counted({ active: false, expiresAt: now }), false);
  assert.equal(counted({ graceUntil: later }), false);
});

test("the newest key is first, and knows which key it replaces", () => {
  const old = key("old", { replacedBy: "new", graceUntil: "2026-11-27T13:00:00Z" });
  const listed = describe([old, key("new", { createdAt: "2026-11-02T00:00:00Z" })], NOW);
  assert.deepEqual(
    listed.map(({ id }) => id),
    ["new", "old"],
  );
  assert.equal(listed[0]?.replaces, old);
  assert.equal(listed[1]?.replaces, undefined);
});

test("a search finds each word in name, prefix, scope, or its text", () => {
  const keys = describe([key("a", { name: "Nightly Backup", scopes: ["tasks:read"] }), key("b", { name: "Import" })], NOW);
  const found = (text: string) => search(keys, text, (scope) => (scope === "tasks:read" ? "Aufgaben lesen" : scope)).map(({ id }) => id);
  assert.deepEqual(found("  "), ["a", "b"]);
  assert.deepEqual(found("backup NIGHTLY"), ["a"]);
  assert.deepEqual(found("aufgaben"), ["a"]);
  assert.deepEqual(found("tasks:read"), ["a"]);
  assert.deepEqual(found("atk_b"), ["b"]);
  assert.deepEqual(found("backup import"), []);
});

test("choices of days keep to the realm's limit", () => {
  assert.deepEqual(presets(0), [7, 30, 90]);
  assert.deepEqual(presets(45), [7, 30]);
  assert.deepEqual(presets(3), [3]);
  assert.equal(defaultDays(0), 30);
  assert.equal(defaultDays(20), 7);
  assert.equal(defaultDays(3), 3);
});

test("a key ends after its days, or with its day in local time", () => {
  assert.equal(endOf("never", 0, NOW), null);
  assert.equal(endOf({ days: 7 }, 0, NOW)?.getTime(), NOW + 7 * DAY);
  const end = endOf({ date: "2026-12-24" }, 0, NOW);
  assert.equal(end && localDay(end), "2026-12-24");
  assert.equal(end?.getHours(), 23);
});

test("a date must be there, in the future, and within the limit", () => {
  assert.equal(endOf({ date: "" }, 0, NOW), undefined);
  assert.equal(endOf({ date: "2026-11-25" }, 0, NOW), undefined);
  assert.equal(endOf({ date: "2026-12-24" }, 7, NOW), undefined);
  const last = lastDay(7, NOW);
  assert.ok(last !== undefined && endOf({ date: last }, 7, NOW) instanceof Date);
  assert.equal(lastDay(0, NOW), undefined);
});

test("a key that ends with a day works on no other one", () => {
  assert.equal(lastMoment("2026-12-30T00:00:00Z").toISOString(), "2026-12-29T23:59:59.999Z");
});

test("the key is put into the command as it is", () => {
  assert.equal(withKey("curl -H 'X-API-Key: $KEY' $KEYS $KEY", "a$&b"), "curl -H 'X-API-Key: a$&b' $KEYS a$&b");
});

test("a limit of one day is told as today, and not as the next 1 days", () => {
  assert.deepEqual([0, 1, 2].map(dateError), ["bulwarkKeysErrorDate", "bulwarkKeysErrorDateToday", "bulwarkKeysErrorDateMax"]);
});
