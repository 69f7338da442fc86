import { createContext, useContext } from "react";
import type { Api, Settings } from "./api";
import type { Translate } from "./console";
import type { Expiry } from "./keys";

export type Context = {
  api: Api;
  settings: Settings;
  t: Translate;
  /** A moment in local time, in the one format of the page. */
  moment: (iso: string | Date) => string;
  number: (value: number) => string;
  scopeText: (name: string) => string;
  /** Words for whatever a request has thrown. */
  message: (error: unknown) => string;
  /** Whether the error was that the last sign-in is too old: then the user is asked to sign in again. */
  askedToSignIn: (error: unknown, pending: Pending) => boolean;
};

/** What the user was about to do before a new sign-in. */
export type Pending =
  | { action: "create"; name?: string; scopes?: string[]; expiry?: Expiry }
  | { action: "replace"; id: string }
  | { action: "activate"; id: string };

export const PageContext = createContext<Context | undefined>(undefined);

export function usePage(): Context {
  const context = useContext(PageContext);
  if (context === undefined) {
    throw new Error("outside of the page");
  }
  return context;
}
