/** What the list shows, as it is in the address of the page. */
export type Query = {
  search: string;
  owner: string;
  state: string;
  expires: string;
  unused: string;
  sort: string;
  page: number;
  perPage: number;
};

export const PER_PAGE = 20;

export const START: Query = {
  search: "",
  owner: "",
  state: "",
  expires: "",
  unused: "",
  sort: "-createdAt",
  page: 1,
  perPage: PER_PAGE,
};

/** The choices of each filter; the empty one leaves it open. */
export const CHOICES = {
  owner: ["", "user", "client"],
  state: ["", "active", "inactive", "expired", "replaced"],
  expires: ["", "7", "30", "90"],
  unused: ["", "30", "90", "365"],
  sort: ["-createdAt", "createdAt", "expiresAt", "lastUsedAt"],
} as const;

const NAMES = Object.keys(CHOICES) as (keyof typeof CHOICES)[];

/** Reads the address of the page; what it does not know is left out. */
export function fromAddress(search: string): Query {
  const given = new URLSearchParams(search);
  const query = { ...START, search: (given.get("search") ?? "").slice(0, 200) };
  for (const name of NAMES) {
    const value = given.get(name);
    if (value !== null && (CHOICES[name] as readonly string[]).includes(value)) {
      query[name] = value;
    }
  }
  query.page = whole(given.get("page"), query.page);
  const perPage = whole(given.get("perPage"), query.perPage);
  query.perPage = [10, 20, 50].includes(perPage) ? perPage : query.perPage;
  return query;
}

/** The address for a query: what differs from the start, and the realm. */
export function toAddress(query: Query, realm: string | null): string {
  const address = new URLSearchParams();
  if (realm !== null) {
    address.set("realm", realm);
  }
  for (const name of ["search", ...NAMES, "page", "perPage"] as const) {
    if (query[name] !== START[name]) {
      address.set(name, String(query[name]));
    }
  }
  const text = address.toString();
  return text === "" ? "" : `?${text}`;
}

/** The parameters of the REST for a query. */
export function toRequest(query: Query): URLSearchParams {
  const request = new URLSearchParams({
    first: String((query.page - 1) * query.perPage),
    max: String(query.perPage),
    sort: query.sort,
  });
  const given = { search: query.search.trim(), owner: query.owner, state: query.state, expiresWithinDays: query.expires, unusedForDays: query.unused };
  for (const [name, value] of Object.entries(given)) {
    if (value !== "") {
      request.set(name, value);
    }
  }
  return request;
}

/** Whether anything but the order is chosen. */
export function isFiltered(query: Query): boolean {
  return query.search.trim() !== "" || query.owner !== "" || query.state !== "" || query.expires !== "" || query.unused !== "";
}

function whole(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise;
}
