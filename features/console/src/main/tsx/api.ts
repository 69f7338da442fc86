import type { Session } from "./session";

/** A window begins with its first request. */
export type RateLimit = { requests: number; seconds: number };

/** What a key may have beside its name, permissions and end. */
export type Members = {
  rateLimit: RateLimit | null;
  allowedNetworks: string[] | null;
  metadata: Record<string, string>;
};

/** A merge patch. */
export type KeyChange = {
  name?: string;
  active?: boolean;
  rateLimit?: RateLimit | null;
  allowedNetworks?: string[] | null;
  metadata?: Record<string, string | null>;
};

export type Key = Members & {
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
  /** Of keys without one of their own. */
  rateLimit: RateLimit | null;
  /** Names of the members that the user may set. */
  settable: string[];
};

export type NewKey = { name: string; scopes: string[]; expiresAt: string | null } & Partial<Members>;

/** An answer of the server that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** A request was sent, and no response came: it may have been carried out. */
export class ResponseLost extends Error {}

/** The most keys in an answer. */
const PAGE = 1000;

/** Milliseconds until a request that makes a key is given up, whose dialog stays open meanwhile. */
const PATIENCE = 20_000;

/** The REST resource of keys, of one owner or of all: see openapi.json of apikey-authenticator. */
export class Api {
  constructor(
    private readonly base: string,
    private readonly session: Session,
  ) {}

  /** All keys, the oldest first: the server answers a page at a time. */
  async list(): Promise<Key[]> {
    const keys: Key[] = [];
    let page: Key[];
    do {
      page = await this.send<Key[]>("GET", `?first=${keys.length}&max=${PAGE}`);
      keys.push(...page);
    } while (page.length === PAGE);
    return keys;
  }

  settings = () => this.send<Settings>("GET", "/settings");
  create = (key: NewKey) => this.make("", key);
  change = (id: string, change: KeyChange) => this.send<Key>("PATCH", `/${id}`, change);
  rename = (id: string, name: string) => this.change(id, { name });
  activate = (id: string, active: boolean) => this.change(id, { active });
  replace = (id: string, overlapSeconds: number) => this.make(`/${id}/rotate`, { overlapSeconds });

  /** Removes a key. One that somebody else has removed meanwhile is what was wanted. */
  async remove(id: string): Promise<void> {
    try {
      await this.send<undefined>("DELETE", `/${id}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
    }
  }

  /** Makes a key. Where the connection breaks off, or no response comes in time, the key may exist, and nobody has seen it. */
  protected async make(path: string, body: unknown): Promise<CreatedKey> {
    try {
      return await this.send<CreatedKey>("POST", path, body, PATIENCE);
    } catch (error) {
      throw isResponseLost(error) ? new ResponseLost() : error;
    }
  }

  protected async send<T>(method: string, path: string, body?: unknown, patience?: number): Promise<T> {
    const response = await this.request(method, this.base + path, body, patience);
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  }

  protected async request(method: string, url: string, body?: unknown, patience?: number): Promise<Response> {
    const token = await this.session.accessToken();
    try {
      return await exchange(token, method, url, body, patience);
    } catch (error) {
      if (!isSessionOver(error)) {
        throw error;
      }
      // The server has done nothing before a 401. Somebody may have signed in again, in another tab.
      this.session.forget(token);
      return exchange(await this.session.accessToken(), method, url, body, patience);
    }
  }
}

/** Whether the token was rejected, which the server does when its session has ended. A sign-in that is too old is another matter. */
function isSessionOver(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && error.error !== "insufficient_user_authentication";
}

function isResponseLost(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

async function exchange(token: string, method: string, url: string, body: unknown, patience?: number): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(patience === undefined ? {} : { signal: AbortSignal.timeout(patience) }),
  });
  if (!response.ok) {
    const { error = "", detail = "" } = (await response.json().catch(() => ({}))) as { error?: string; detail?: string };
    throw new ApiError(response.status, error, detail);
  }
  return response;
}
