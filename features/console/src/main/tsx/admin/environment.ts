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

/** The address of a page at the host of the admin console, if it was opened at another one: there it may use the Admin REST API. */
export function addressAtConsole({ adminBaseUrl, realm }: Pick<AdminEnvironment, "adminBaseUrl" | "realm">, opened: string): string | undefined {
  const { host, pathname, search } = new URL(opened);
  if (host === new URL(adminBaseUrl).host) {
    return undefined;
  }
  const page = pathname.split("/").filter(Boolean).pop() ?? "";
  return `${adminBaseUrl}/realms/${encodeURIComponent(realm)}/${page}${search}`;
}
