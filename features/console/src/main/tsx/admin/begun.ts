import { Session } from "../session";
import { AdminApi } from "./api";
import type { AdminEnvironment } from "./environment";
import { fromAddress } from "./query";

type Begun = { session: Session; api: AdminApi };

let begun: Begun | undefined;

/**
 * Signs in and asks for the list that the address names, once. A small script calls this while the browser still loads the page's
 * large one, which then finds the answers, or waits for them.
 */
export function begin(environment: AdminEnvironment): Begun {
  if (begun === undefined) {
    const session = new Session(environment);
    begun = { session, api: new AdminApi(environment, session) };
    begun.api.searchAhead(fromAddress(location.search));
  }
  return begun;
}
