import assert from "node:assert/strict";
import { test } from "node:test";
import { Session, SignInNeeded } from "../../main/tsx/session";

const SERVER = "https://login.example";
const PAGE = `${SERVER}/realms/app/account/`;

let users: string[] = [];
let issued = 0;
let grants: (string | null)[] = [];
let sessionLasts = true;

/** Signs the users in, in turn; nobody once there are no more. */
globalThis.fetch = (async (address: string, request?: { body: URLSearchParams }) => {
  const url = new URL(address);
  if (url.pathname.endsWith("/auth")) {
    const answer = users.length > 0 ? `code=c&state=${url.searchParams.get("state")}` : "error=login_required";
    return Object.defineProperty(new Response(""), "url", { value: `${PAGE}?${answer}` });
  }
  const grant = new URLSearchParams(request?.body).get("grant_type");
  grants.push(grant);
  if (grant === "refresh_token" && !sessionLasts) {
    return Response.json({ error: "invalid_grant" }, { status: 400 });
  }
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: `${SERVER}/realms/app`, aud: "account-console", sub: users.shift(), iat: now, exp: now + 60 };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const idToken = `${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
  const more = { refresh_token: "refresh", id_token: idToken };
  return Response.json({ access_token: `token-${++issued}`, token_type: "Bearer", expires_in: 900, ...more });
}) as typeof fetch;

function session(...signedIn: string[]): Session {
  users = signedIn;
  issued = 0;
  grants = [];
  sessionLasts = true;
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

test("a sign-in in a window gives further tokens, as long as its session lasts", async () => {
  const tokens = session("alice", "alice", "alice");
  let closed = 0;
  // A window that is at once where the redirects end.
  const location = {
    set href(url: string) {
      const { searchParams } = new URL(url);
      assert.equal(searchParams.has("prompt"), false, "the login may ask");
      const end = `${searchParams.get("redirect_uri")}?code=c&state=${searchParams.get("state")}`;
      Object.defineProperty(this, "href", { value: end });
    },
  };
  await tokens.signInAt({ location, close: () => closed++ } as unknown as Window);
  assert.equal(closed, 1);
  assert.equal(await tokens.accessToken(), "token-1");
  tokens.forget("token-1");
  assert.equal(await tokens.accessToken(), "token-2");
  assert.deepEqual(grants, ["authorization_code", "refresh_token"]);
  sessionLasts = false;
  tokens.forget("token-2");
  assert.equal(await tokens.accessToken(), "token-3");
  assert.deepEqual(grants.slice(2), ["refresh_token", "authorization_code"], "silently, as without a window");
});

test("a window that is closed is no sign-in", async () => {
  const tokens = session("alice");
  const closed = { location: { href: "about:blank" }, closed: true, close: () => undefined };
  await assert.rejects(tokens.signInAt(closed as unknown as Window), SignInNeeded);
});
