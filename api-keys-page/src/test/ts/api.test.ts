import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, ApiError } from "../../main/tsx/api";
import { SignInNeeded, type Session } from "../../main/tsx/session";

type Sent = { method: string; token: string; once: string | undefined };

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
    sent.push({ method, token: headers["Authorization"]?.replace("Bearer ", "") ?? "", once: headers["Idempotency-Key"] });
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

test("a key that is made keeps its Idempotency-Key", async () => {
  const sent = answering([401, "invalid_token"], [201]);
  await new Api("/keys", session("old", "new")).replace("a", 0);
  assert.equal(sent.length, 2);
  assert.ok(sent[0]?.once);
  assert.equal(sent[0]?.once, sent[1]?.once);
});

test("where no answer comes in time, the same request gets the key", async () => {
  const sent = answering([201]);
  const answer = globalThis.fetch;
  const signals: (AbortSignal | null | undefined)[] = [];
  const once: string[] = [];
  globalThis.fetch = (async (address: string, request: RequestInit) => {
    signals.push(request.signal);
    once.push(new Headers(request.headers).get("Idempotency-Key") ?? "");
    if (signals.length === 1) {
      throw new DOMException("no answer", "TimeoutError");
    }
    return answer(address, request);
  }) as typeof fetch;
  await new Api("/keys", session("old")).create({ name: "a", scopes: [], expiresAt: null });
  assert.equal(sent.length, 1);
  assert.equal(once.length, 2);
  assert.equal(once[0], once[1]);
  assert.ok(signals.every((signal) => signal instanceof AbortSignal));
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
