/** Requests to Keycloak, by the `fetch` of Node. */

const TIMEOUT = 3_000;
/** Of an answer, after a `Content-Encoding` was undone. */
const MOST_BYTES = 4_000_000;

/** With a time-out of 3 s and up to 4 MB. A redirect is not followed. */
export async function get(url, etag) {
  const headers = { Accept: 'application/statuslist+jwt, application/json' };
  if (etag !== null) {
    headers['If-None-Match'] = etag;
  }
  const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) });
  return { status: answer.status, body: await textOf(answer), etag: answer.headers.get('etag') };
}

/** The body of an answer with status 200; others are no answer. */
export function bodyOf({ status, body }) {
  if (status !== 200) {
    throw new Error(`HTTP status ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`);
  }
  return body;
}

/** To give up in between closes the connection. */
async function textOf(answer) {
  const parts = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) {
      throw new Error('the answer is too long');
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
