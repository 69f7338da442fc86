export { RevocationChecker } from './checker.js';
export { isAccepted } from './decision.js';
export { CannotVerify, Guard, InvalidProof, InvalidToken, Refusal, refusalOf, scopesOf } from './bearer.js';
export { Resource } from './resource.js';
export { StatusListChecker } from './status-list.js';
export { KeycloakVerifier } from './verifier.js';
