import type { Environment } from "../console";

/** What the server tells the page: see AdminPageResource. */
export type AdminEnvironment = Environment & {
  adminBaseUrl: string;
  /** The realm whose keys are shown; "realm" is that in which the administrator signs in. */
  target: string;
  darkMode: boolean;
  texts: Record<string, string>;
};

export function readEnvironment(): AdminEnvironment {
  const element = document.getElementById("environment");
  return JSON.parse(element?.textContent ?? "{}") as AdminEnvironment;
}
