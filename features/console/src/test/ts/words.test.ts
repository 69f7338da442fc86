import assert from "node:assert/strict";
import { test } from "node:test";
import { translator } from "../../main/tsx/console";
import { causeInWords } from "../../main/tsx/overview/words";

const t = translator(
  new Map([
    ["bulwarkOverview-cause-SESSION_IDLE", "Session unused"],
    ["bulwarkOverviewSilent", "{{cause}} (found)"],
    ["bulwarkOverviewByAdmin", "By an administrator ({{event}})"],
  ]),
);

test("a cause is told in words, whoever found it", () => {
  assert.equal(causeInWords(t, "SESSION_IDLE"), "Session unused");
  assert.equal(causeInWords(t, "SILENT_SESSION_IDLE"), "Session unused (found)");
  assert.equal(causeInWords(t, "ADMIN_DELETE_USER"), "By an administrator (DELETE_\u200bUSER)");
});

test("what has no words is told as it is, with places to break the line", () => {
  assert.equal(causeInWords(t, "NEW_CAUSE"), "NEW_\u200bCAUSE");
});
