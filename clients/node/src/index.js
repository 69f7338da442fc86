export { RevocationChecker } from './checker.js';
export { isAccepted } from './decision.js';
export { CannotVerify, Guard, InvalidToken, Refusal, refusalOf, scopesOf } from './bearer.js';
export { StatusListChecker } from './status-list.js';
