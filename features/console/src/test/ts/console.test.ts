import assert from "node:assert/strict";
import { test } from "node:test";
import { loadTexts, textsOfFailure, type Environment } from "../../main/tsx/console";

const ENVIRONMENT: Environment = { serverBaseUrl: "", baseUrl: "", realm: "app", clientId: "account-console", locale: "de" };

/** Answers with the texts of the languages that the server has. */
function serverWith(languages: Record<string, { key: string; value: string }[]>): void {
  globalThis.fetch = (async (address: string) => {
    const texts = languages[address.split("/").at(-1) ?? ""];
    return new Response(JSON.stringify(texts ?? {}), { status: texts === undefined ? 503 : 200 });
  }) as typeof fetch;
}

test("a text that the language lacks is English", async () => {
  serverWith({ en: [{ key: "a", value: "one {{name}}" }, { key: "b", value: "two" }], de: [{ key: "b", value: "zwei" }] });
  const t = await loadTexts(ENVIRONMENT);
  assert.deepEqual([t("a", { name: "key" }), t("b"), t("c")], ["one key", "zwei", "c"]);
});

test("without any text the page has those of a failure", async () => {
  serverWith({});
  await assert.rejects(loadTexts(ENVIRONMENT));
  for (const locale of ["de", "en", "fr"]) {
    const t = textsOfFailure(locale);
    for (const key of ["bulwarkKeys", "bulwarkKeysText", "bulwarkKeysErrorSlowDown", "bulwarkKeysAgain"]) {
      assert.notEqual(t(key), key);
    }
  }
});
