import { createContext, useContext } from "react";
import type { Api, Settings } from "./api";
import type { Translate } from "./console";
import type { Expiry } from "./keys";
import type { Typed } from "./limits";

/** How things are said in the language of the page. */
export type Texts = {
  t: Translate;
  /** A moment in local time, in the one format of the page. */
  moment: (iso: string | Date) => string;
  number: (value: number) => string;
  locale: string;
};

export function textsOf(t: Translate, locale: string): Texts {
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const numbers = new Intl.NumberFormat(locale);
  return {
    t,
    moment: (iso) => moments.format(typeof iso === "string" ? new Date(iso) : iso),
    number: (value) => numbers.format(value),
    locale,
  };
}

export const TextsContext = createContext<Texts | undefined>(undefined);

export function useTexts(): Texts {
  return required(useContext(TextsContext));
}

export type Context = Texts & {
  api: Api;
  settings: Settings;
  scopeText: (name: string) => string;
  /** Words for whatever a request has thrown. */
  message: (error: unknown) => string;
  /** Whether the error was that the last sign-in is too old: then the user is asked to sign in again. */
  askedToSignIn: (error: unknown, pending: Pending) => boolean;
};

/** What the user was about to do before a new sign-in. */
export type Pending =
  | { action: "create"; name?: string; scopes?: string[]; expiry?: Expiry; limits?: Typed }
  | { action: "edit"; id: string; limits: Typed }
  | { action: "replace"; id: string }
  | { action: "activate"; id: string };

export const PageContext = createContext<Context | undefined>(undefined);

export function usePage(): Context {
  return required(useContext(PageContext));
}

function required<T>(context: T | undefined): T {
  if (context === undefined) {
    throw new Error("outside of the page");
  }
  return context;
}
