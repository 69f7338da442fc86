import type { Environment } from "./console";
import type { Session } from "./session";

export type Key = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string | null;
  active: boolean;
  lastUsedAt: string | null;
  requestCount: number;
  graceUntil: string | null;
  replacedBy?: string;
};

export type CreatedKey = Pick<Key, "id" | "name" | "prefix" | "scopes" | "createdAt" | "expiresAt"> & { key: string };

export type Settings = {
  maxKeys: number;
  maxLifeDays: number;
  maxOverlapSeconds: number;
  loginNeeded: boolean;
  scopes: { name: string; text: string }[];
  command: string;
};

export type NewKey = { name: string; scopes: string[]; expiresAt: string | null };

/** An answer of the server that is no success. */
export class ApiError extends Error {
  constructor(
    readonly error: string,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** The owner's REST resource: see openapi.json of apikey-authenticator. */
export class Api {
  private readonly base: string;

  constructor(
    environment: Environment,
    private readonly session: Session,
  ) {
    this.base = `${environment.serverBaseUrl}/realms/${encodeURIComponent(environment.realm)}/api-keys`;
  }

  list = () => this.send<Key[]>("GET", "");
  settings = () => this.send<Settings>("GET", "/settings");
  create = (key: NewKey) => this.send<CreatedKey>("POST", "", key);
  rename = (id: string, name: string) => this.send<Key>("PATCH", `/${id}`, { name });
  activate = (id: string, active: boolean) => this.send<Key>("PATCH", `/${id}`, { active });
  replace = (id: string, overlapSeconds: number) => this.send<CreatedKey>("POST", `/${id}/rotate`, { overlapSeconds });
  remove = (id: string) => this.send<undefined>("DELETE", `/${id}`);

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${await this.session.accessToken()}` };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    const response = await fetch(this.base + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 204) {
      return undefined as T;
    }
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok) {
      const { error = "", detail = "" } = answer as { error?: string; detail?: string };
      throw new ApiError(error, detail);
    }
    return answer as T;
  }
}
