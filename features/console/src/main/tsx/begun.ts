import { Api, type Key, type Settings } from "./api";
import { loadTexts, readEnvironment, type Translate } from "./console";
import { Session } from "./session";

/** What the page shows first. */
export type First = { texts: Promise<Translate>; settings: Promise<Settings>; list: Promise<Key[]> };

export const environment = readEnvironment();
export const session = new Session(environment);
export const api = new Api(`${environment.serverBaseUrl}/realms/${encodeURIComponent(environment.realm)}/api-keys`, session);

let ahead: First | undefined;

/** Asks for what the page shows first, while the browser still loads the console. */
export function askAhead(): void {
  ahead = ask();
  // Whoever takes the answers reports a failure.
  Object.values(ahead).forEach((answer) => answer.catch(() => undefined));
}

/** What was asked for ahead, the first time; new answers afterwards. */
export function takeFirst(): First {
  const first = ahead ?? ask();
  ahead = undefined;
  return first;
}

function ask(): First {
  return { texts: loadTexts(environment), settings: api.settings(), list: api.list() };
}
