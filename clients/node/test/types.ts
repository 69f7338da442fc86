// Compiled, not run: the types fit the clients and frameworks that they are for.
import express from 'express';
import fastify from 'fastify';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { Guard, InvalidToken, KeycloakVerifier, Resource, RevocationChecker, StatusListChecker, isAccepted, type Status, type Verdict } from '../src/index.js';
import { bearerToken as forExpress } from '../src/express.js';
import { bearerToken as forFastify } from '../src/fastify.js';

const checkers = [
  new RevocationChecker(new Redis()),
  new RevocationChecker(new Cluster([])),
  new RevocationChecker(createClient(), { feedMaxAge: null }),
  new RevocationChecker(createCluster({ rootNodes: [] }), { staleness: 60_000 }),
  new RevocationChecker(createSentinel({ name: 'main', sentinelRootNodes: [] })),
];
const verdict: Verdict = await checkers[0].check({ jti: 'id', iat: 5, exp: 10 });
isAccepted(verdict);
const status: Status = await checkers[0].probe();
new Guard({ verify: () => Promise.reject(new InvalidToken(status)) }, checkers[0]);
const verifier = new KeycloakVerifier('https://sso.example.org/realms/app', ['relying-app'], { algorithms: ['ES256'] });
new Guard(verifier, new StatusListChecker('https://sso.example.org/realms/app', { retryInterval: 100 }));
const resource = new Resource('https://api.example.org', { certificateProxies: ['10.0.0.5'] });
const guard = new Guard(verifier, checkers[0], { resource });
await guard.authorize({ authorization: ['DPoP x'], dpop: ['x'], method: 'GET', target: '/', certificate: null }, ['tasks:read']);
express().get('/', forExpress(guard, 'tasks:read'), (_req, res) => void res.send('ok'));
fastify().get('/', { onRequest: forFastify(guard, 'tasks:read') }, async () => 'ok');
