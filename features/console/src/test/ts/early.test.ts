import assert from "node:assert/strict";
import { test } from "node:test";
import { isBack, isKeysPage } from "../../main/tsx/early-rules";

test("the page of API keys is known by its path, under any path of the server", () => {
  assert.equal(isKeysPage("/realms/app/account/content/api-keys"), true);
  assert.equal(isKeysPage("/auth/realms/app/account/content/api-keys/"), true);
  assert.equal(isKeysPage("/realms/app/account/content/:componentId"), true);
  assert.equal(isKeysPage("/realms/app/account/"), false);
  assert.equal(isKeysPage("/realms/app/account/content/other"), false);
});

test("only an address with a code and its state comes from a successful sign-in", () => {
  const page = "https://login.example/realms/app/account/content/api-keys";
  assert.equal(isBack(`${page}?state=a&session_state=b&iss=c&code=d`), true);
  assert.equal(isBack(page), false);
  assert.equal(isBack(`${page}?error=login_required&state=a`), false);
  assert.equal(isBack(`${page}?code=d`), false);
});
