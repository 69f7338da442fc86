import assert from "node:assert/strict";
import { test } from "node:test";
import { daysBetween, greatest, share } from "../../main/tsx/overview/bars";

test("a bar is as long as its share of the greatest, and never too short to be seen", () => {
  assert.equal(share(50, 200), 25);
  assert.equal(share(200, 200), 100);
  assert.equal(share(1, 100_000), 1);
  assert.equal(share(0, 10), 0);
  assert.equal(share(0, 0), 0);
  assert.equal(greatest([3, 7, 1]), 7);
  assert.equal(greatest([]), 0);
});

test("a day without a count leaves its place in a plot empty, also where clocks change", () => {
  assert.equal(daysBetween("2026-11-27", "2026-11-27"), 0);
  assert.equal(daysBetween("2026-10-24", "2026-10-26"), 2);
  assert.equal(daysBetween("2026-12-31", "2027-01-01"), 1);
});
