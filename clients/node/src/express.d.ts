import type { RequestHandler } from 'express';
import type { Guard } from './index.js';

/** Middleware that asks for a token with these scopes, and puts its claims into `req.claims`. */
export function bearerToken(guard: Guard, ...scopes: string[]): RequestHandler;
