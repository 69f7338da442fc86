import assert from "node:assert/strict";
import { test } from "node:test";
import { Session, SignInNeeded } from "../../main/tsx/session";

const SERVER = "https://login.example";
const PAGE = `${SERVER}/realms/app/account/`;

let users: string[] = [];
let issued = 0;

/** Signs the users in, in turn; nobody once there are no more. */
globalThis.fetch = (async (address: string) => {
  const url = new URL(address);
  if (url.pathname.endsWith("/auth")) {
    const answer = users.length > 0 ? `code=c&state=${url.searchParams.get("state")}` : "error=login_required";
    return Object.defineProperty(new Response(""), "url", { value: `${PAGE}?${answer}` });
  }
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: `${SERVER}/realms/app`, aud: "account-console", sub: users.shift(), iat: now, exp: now + 60 };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const idToken = `${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
  return Response.json({ access_token: `token-${++issued}`, token_type: "Bearer", expires_in: 900, id_token: idToken });
}) as typeof fetch;

function session(...signedIn: string[]): Session {
  users = signedIn;
  issued = 0;
  return new Session({ serverBaseUrl: SERVER, baseUrl: PAGE, realm: "app", clientId: "account-console", locale: "en" });
}

test("a token is used until it is forgotten", async () => {
  const tokens = session("alice", "alice");
  assert.equal(await tokens.accessToken(), "token-1");
  assert.equal(await tokens.accessToken(), "token-1");
  tokens.forget("token-1");
  assert.equal(await tokens.accessToken(), "token-2");
  tokens.forget("token-1");
  assert.equal(await tokens.accessToken(), "token-2", "not the one that was rejected");
});

test("where nobody is signed in, a sign-in is needed, and may follow", async () => {
  const tokens = session();
  await assert.rejects(tokens.accessToken(), SignInNeeded);
  users = ["alice"];
  assert.equal(await tokens.accessToken(), "token-1");
});

test("a page goes on as no other user than before, unless it begins anew", async () => {
  const tokens = session("alice", "bob", "bob");
  await tokens.accessToken();
  tokens.forget("token-1");
  await assert.rejects(tokens.accessToken(), SignInNeeded);
  tokens.forgetUser();
  assert.equal(await tokens.accessToken(), "token-3");
});
