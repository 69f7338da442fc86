import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, ApiError, ResponseLost } from "../../main/tsx/api";
import { SignInNeeded, type Session } from "../../main/tsx/session";

type Sent = { method: string; token: string };

/** Hands out tokens in turn: another one after the last was forgotten. */
function session(...tokens: string[]): Session {
  const left = [...tokens];
  return {
    accessToken: async () => {
      if (left[0] === undefined) {
        throw new SignInNeeded("login_required");
      }
      return left[0];
    },
    forget: (token: string) => {
      assert.equal(token, left.shift());
    },
  } as unknown as Session;
}

/** Answers requests in turn with a status and an error, and notes what was sent. */
function answering(...answers: [number, string?][]): Sent[] {
  const sent: Sent[] = [];
  globalThis.fetch = (async (_: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
    sent.push({ method, token: headers["Authorization"]?.replace("Bearer ", "") ?? "" });
    const [status, error] = answers.shift() ?? [500];
    return new Response(status === 204 ? null : JSON.stringify({ error, detail: "" }), { status });
  }) as typeof fetch;
  return sent;
}

test("a request whose token is rejected is sent once more, with another token", async () => {
  const sent = answering([401, "invalid_token"], [204]);
  await new Api("/keys", session("old", "new")).remove("a");
  assert.deepEqual(
    sent.map(({ method, token }) => [method, token]),
    [
      ["DELETE", "old"],
      ["DELETE", "new"],
    ],
  );
});

test("where no response comes in time, the key may exist, and no other is asked for", async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  globalThis.fetch = (async (_: string, request: RequestInit) => {
    signals.push(request.signal);
    throw new DOMException("no response", "TimeoutError");
  }) as typeof fetch;
  await assert.rejects(new Api("/keys", session("old")).create({ name: "a", scopes: [], expiresAt: null }), ResponseLost);
  assert.equal(signals.length, 1);
  assert.ok(signals[0] instanceof AbortSignal);
});

test("where nobody is signed in any more, the request says so", async () => {
  const sent = answering([401, "invalid_token"]);
  await assert.rejects(new Api("/keys", session("old")).remove("a"), SignInNeeded);
  assert.equal(sent.length, 1);
});

test("a second rejection is told", async () => {
  const sent = answering([401, "invalid_token"], [401, "invalid_token"]);
  await assert.rejects(new Api("/keys", session("old", "new")).remove("a"), ApiError);
  assert.equal(sent.length, 2);
});

test("a sign-in that is too old is told, and the token is kept", async () => {
  const sent = answering([401, "insufficient_user_authentication"], [204]);
  const api = new Api("/keys", session("old"));
  await assert.rejects(api.replace("a", 0), (error: ApiError) => error.error === "insufficient_user_authentication");
  await api.remove("a");
  assert.deepEqual(
    sent.map(({ token }) => token),
    ["old", "old"],
  );
});

test("a key that somebody else has removed is removed", async () => {
  answering([404, "not_found"], [403, "forbidden"]);
  const api = new Api("/keys", session("token"));
  await api.remove("a");
  await assert.rejects(api.remove("b"), ApiError);
});
