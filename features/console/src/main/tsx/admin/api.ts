import { Api, type Key, type NewKey, type Settings } from "../api";
import type { Session } from "../session";
import type { AdminEnvironment } from "./environment";
import { toRequest, type Query } from "./query";

export type Owner = { type: "user" | "client"; id: string; name: string };

export type OwnedKey = Key & { owner: Owner };

export type Found = { keys: OwnedKey[]; total: number };

export type Client = { id: string; clientId: string; name?: string };

/** The administrator's REST resource of keys, and what else the page asks the Admin API. */
export class AdminApi extends Api {
  private readonly realm: string;
  private ahead: { request: string; found: Promise<Found> } | undefined;

  constructor(environment: AdminEnvironment, session: Session) {
    const realm = `${environment.adminBaseUrl}/admin/realms/${encodeURIComponent(environment.target)}`;
    super(`${realm}/api-keys`, session);
    this.realm = realm;
  }

  /** Asks now for what the next search is likely to ask. */
  searchAhead(query: Query): void {
    const request = toRequest(query).toString();
    const found = this.found(request);
    // The search that waits for it reports a failure.
    found.catch(() => undefined);
    this.ahead = { request, found };
  }

  search(query: Query): Promise<Found> {
    const request = toRequest(query).toString();
    const { ahead } = this;
    this.ahead = undefined;
    return ahead?.request === request ? ahead.found : this.found(request);
  }

  private async found(request: string): Promise<Found> {
    const response = await this.request("GET", `${this.realm}/api-keys?${request}`);
    const keys = (await response.json()) as OwnedKey[];
    return { keys, total: Number(response.headers.get("X-Total-Count") ?? keys.length) };
  }

  /** Clients whose id has a text in it. */
  async clients(text: string, max: number): Promise<Client[]> {
    const parameters = new URLSearchParams({ clientId: text, search: "true", first: "0", max: String(max) });
    const response = await this.request("GET", `${this.realm}/clients?${parameters}`);
    return (await response.json()) as Client[];
  }

  settingsOf = (client: Client) => this.send<Settings>("GET", `/settings?owner=client:${encodeURIComponent(client.id)}`);
}

/** The same for keys of one client. */
export class ClientApi extends AdminApi {
  constructor(
    environment: AdminEnvironment,
    session: Session,
    private readonly client: Client,
  ) {
    super(environment, session);
  }

  override create = (key: NewKey) => this.make("", { ...key, owner: { type: "client", id: this.client.id } });
}
