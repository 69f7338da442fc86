import { Refusal, requestOf } from './bearer.js';

/**
 * A hook `onRequest` for Fastify that asks for a token with these scopes, and puts its claims into `request.claims`.
 *
 * @param {import('./index.js').Guard} guard
 */
export function bearerToken(guard, ...scopes) {
  return async (request, reply) => {
    try {
      request.claims = await guard.authorize(requestOf(request.raw, request.originalUrl, guard), scopes);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        throw refusal;
      }
      return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
    }
  };
}
