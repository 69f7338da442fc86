import type { AdminEnvironment } from "../admin/environment";
import { Api } from "../api";
import type { Session } from "../session";

export const KEY_STATES = ["active", "inactive", "expired", "replaced"] as const;

export type KeyCounts = Record<(typeof KEY_STATES)[number], number>;

export type Revocations =
  | { running: false; reason: string }
  | {
      running: true;
      total: number;
      byCause: { cause: string; count: number; lastAt: string }[];
    };

/** A text, a number, or a moment as a text. */
export type Fact = string | number;

/** How a part of the bundle is in a realm. */
export type PartReport = { part: string; state: "working" | "trouble" | "off"; reason: string; facts: Record<string, Fact> };

export type Refusal = {
  username?: string;
  address?: string;
  reason?: string;
  count: number;
  lastAt: string;
  retryAt: string;
};

export type Refusals = {
  from: string;
  to: string;
  stored: boolean;
  complete: boolean;
  total: number;
  overTime: { from: string; count: number }[];
  byOrigin: Refusal[];
};

/** A day as YYYY-MM-DD, in UTC. */
export type PasswordDay = { day: string; total: number; legacy: number };

export type Passwords = { total: number; byAlgorithm: Record<string, number>; legacy: number; overTime: PasswordDay[] };

/** Whom a limit is lifted for. */
export type Blocked = { username: string } | { address: string };

/** The Admin REST resources of the overview: see overview-openapi.json. */
export class OverviewApi extends Api {
  private readonly realm: string;

  constructor(environment: AdminEnvironment, session: Session) {
    const realm = `${environment.adminBaseUrl}/admin/realms/${encodeURIComponent(environment.target)}`;
    super(realm, session);
    this.realm = realm;
  }

  async keys(): Promise<KeyCounts> {
    const counts = await Promise.all(
      KEY_STATES.map(async (state) => {
        const response = await this.request("GET", `${this.realm}/api-keys?first=0&max=1&state=${state}`);
        return [state, Number(response.headers.get("X-Total-Count"))] as const;
      }),
    );
    return Object.fromEntries(counts) as KeyCounts;
  }

  status = async () => (await this.send<{ parts: PartReport[] }>("GET", "/bulwark-status")).parts;
  revocations = () => this.send<Revocations>("GET", "/revocations");
  refusals = () => this.send<Refusals>("GET", "/login-limits/refusals");
  passwords = () => this.send<Passwords>("GET", "/password-hashes");
  unblock = (blocked: Blocked) => this.send<{ everywhere: boolean }>("POST", "/login-limits/unblock", blocked);
}
