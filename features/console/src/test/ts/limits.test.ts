import assert from "node:assert/strict";
import { test } from "node:test";
import type { Members } from "../../main/tsx/api";
import { chosen, NOTHING, read, readChange, typed, type Typed } from "../../main/tsx/limits";

const NONE: Members = { rateLimit: null, allowedNetworks: null, metadata: {} };

const ALL: Members = {
  rateLimit: { requests: 100, seconds: 60 },
  allowedNetworks: ["192.0.2.0/24", "2001:db8::/48"],
  metadata: { env: "prod", team: "billing" },
};

function members(changes: Partial<Typed>): Members {
  const result = read({ ...NOTHING, ...changes }, null);
  assert.ok("members" in result, JSON.stringify(result));
  return result.members;
}

function faults(changes: Partial<Typed>, most = null as Members["rateLimit"]): string[] {
  const result = read({ ...NOTHING, ...changes }, most);
  return "faults" in result ? Object.keys(result.faults) : [];
}

test("what was typed is what the key has", () => {
  assert.deepEqual(members({}), NONE);
  assert.deepEqual(typed(NONE), NOTHING);
  assert.deepEqual(members(typed(ALL)), ALL);
  assert.deepEqual(members({ networks: " 192.0.2.1, ::1;\n10.0.0.0/8 " }).allowedNetworks, ["192.0.2.1", "::1", "10.0.0.0/8"]);
  assert.deepEqual(members({ metadata: "\n a = b=c \n\nempty=\n" }).metadata, { a: "b=c", empty: "" });
});

test("a rate limit is a whole number, within that of the realm", () => {
  for (const requests of ["0", "-1", "1.5", "many", "100000001", "1e3"]) {
    assert.deepEqual(faults({ requests }), ["requests"], requests);
  }
  const most = { requests: 100, seconds: 60 };
  assert.deepEqual(faults({ requests: "100", seconds: 60 }, most), []);
  assert.deepEqual(faults({ requests: "100", seconds: 3600 }, most), []);
  assert.deepEqual(faults({ requests: "" }, most), []);
  assert.deepEqual(faults({ requests: "101", seconds: 3600 }, most), ["requests"]);
  assert.deepEqual(faults({ requests: "1", seconds: 1 }, most), ["requests"]);
});

test("typing errors in networks are found", () => {
  for (const networks of ["localhost", "192.0.2.256", "192.0.2", "192.0.2.0/33", "192.0.2.0/24/1", "::1/129", "::1/x", "g::1"]) {
    assert.deepEqual(faults({ networks }), ["networks"], networks);
  }
  const fifty = Array.from({ length: 50 }, (_, i) => `10.0.${i}.0/24`).join("\n");
  assert.deepEqual(faults({ networks: fifty }), []);
  assert.deepEqual(faults({ networks: `${fifty}\n::1` }), ["networks"]);
});

test("metadata has names, each once", () => {
  for (const metadata of ["name", "=value", "a b=c", "a=1\na=2", `a=${"v".repeat(201)}`, `${"n".repeat(41)}=v`]) {
    assert.deepEqual(faults({ metadata }), ["metadata"], metadata);
  }
  const lines = (count: number, value: string) => Array.from({ length: count }, (_, i) => `n${i + 10}=${value}`).join("\n");
  assert.deepEqual(faults({ metadata: lines(20, "") }), []);
  assert.deepEqual(faults({ metadata: lines(21, "") }), ["metadata"]);
  assert.deepEqual(faults({ metadata: lines(10, "v".repeat(147)) }), []);
  assert.deepEqual(faults({ metadata: lines(10, "v".repeat(148)) }), ["metadata"]);
});

test("a new key gets what is not left empty", () => {
  assert.deepEqual(chosen(NONE), {});
  assert.deepEqual(chosen(ALL), ALL);
});

test("a change has what differs", () => {
  const change = (key: Members, changes: Partial<Typed>, most = null as Members["rateLimit"]) => {
    const result = readChange(key, { ...typed(key), ...changes }, most);
    assert.ok("change" in result, JSON.stringify(result));
    return result.change;
  };
  assert.deepEqual(change(ALL, {}), {});
  assert.deepEqual(change(ALL, NOTHING), { rateLimit: null, allowedNetworks: null, metadata: { env: null, team: null } });
  assert.deepEqual(change(NONE, typed(ALL)), ALL);
  assert.deepEqual(change(ALL, { metadata: "team=sales\nticket=42" }), { metadata: { env: null, team: "sales", ticket: "42" } });
  assert.deepEqual(change(ALL, { seconds: 3600 }), { rateLimit: { requests: 100, seconds: 3600 } });
  // A name that every object of JavaScript has.
  assert.deepEqual(change({ ...NONE, metadata: { constructor: "x" } as Record<string, string> }, { metadata: "" }), { metadata: { constructor: null } });
  // What an administrator has given may stay, though it is more than the realm's.
  assert.deepEqual(change(ALL, { networks: "" }, { requests: 1, seconds: 60 }), { allowedNetworks: null });
  const more = readChange(ALL, { ...typed(ALL), requests: "101" }, { requests: 1, seconds: 60 });
  assert.deepEqual("faults" in more && Object.keys(more.faults), ["requests"]);
});
