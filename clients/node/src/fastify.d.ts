import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guard } from './index.js';

/** A hook `onRequest` that asks for a token with these scopes, and puts its claims into `request.claims`. */
export function bearerToken(guard: Guard, ...scopes: string[]): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
