import { Refusal, requestOf } from './bearer.js';

/**
 * Express middleware that asks for a token with these scopes, and puts its claims into `req.claims`.
 *
 * @param {import('./index.js').Guard} guard
 */
export function bearerToken(guard, ...scopes) {
  return async (req, res, next) => {
    try {
      req.claims = await guard.authorize(requestOf(req, req.originalUrl, guard), scopes);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        next(refusal);
        return;
      }
      res.status(refusal.status).set(refusal.headers).json(refusal.body);
      return;
    }
    next();
  };
}
