import * as oauth from "oauth4webapi";
import type { Environment } from "./console";

/** Nobody is signed in any more, or Keycloak wants to ask the user something first. */
export class SignInNeeded extends Error {}

/** Seconds for which a token must still be valid when a request starts. */
const MARGIN = 10;

/** Milliseconds between two looks at where a window is. */
const LOOK = 200;

/** Keycloak in a development network may have no TLS; the console itself works there. */
const OPTIONS = { [oauth.allowInsecureRequests]: true };

/**
 * Access tokens of the account console's client. The console keeps its own token to itself, so this asks for one in the same browser session:
 * an authorization code with PKCE and prompt=none, whose redirect is followed by fetch within this server, or by a frame from the host of the
 * login to that of the console. A browser may keep the cookies of the login from a frame of another site. There a window gets the code, on a
 * click of the user, and the refresh token that comes with it gets further access tokens. All tokens are of the user who was signed in when
 * the page asked for the first one: what a page shows is not changed as somebody else.
 */
export class Session {
  private readonly server: oauth.AuthorizationServer;
  private readonly client: oauth.Client;
  private token: Promise<string> | undefined;
  /** What the promise above has become. */
  private current: string | undefined;
  private validUntil = 0;
  private user: string | undefined;
  /** Of the sign-in in a window. */
  private refreshToken: string | undefined;

  constructor(private readonly environment: Environment) {
    const issuer = `${environment.serverBaseUrl}/realms/${encodeURIComponent(environment.realm)}`;
    const endpoints = `${issuer}/protocol/openid-connect`;
    this.server = { issuer, authorization_endpoint: `${endpoints}/auth`, token_endpoint: `${endpoints}/token` };
    this.client = { client_id: environment.clientId };
  }

  accessToken(): Promise<string> {
    if (this.token === undefined || this.validUntil < Date.now()) {
      this.validUntil = Number.MAX_SAFE_INTEGER;
      this.current = undefined;
      this.token = this.obtain().catch((error: unknown) => {
        this.token = undefined;
        throw error;
      });
    }
    return this.token;
  }

  /** Drops a token that the server rejects, so that the next request asks for another one. */
  forget(rejected: string): void {
    if (this.current === rejected) {
      this.token = undefined;
      this.current = undefined;
    }
  }

  /** Lets whoever is signed in now use the page, which must show nothing of the user before. */
  forgetUser(): void {
    this.token = undefined;
    this.current = undefined;
    this.user = undefined;
    this.refreshToken = undefined;
  }

  /** Whether the login and the console have different hosts. */
  get hasOtherHost(): boolean {
    const { serverBaseUrl, baseUrl } = this.environment;
    return new URL(serverBaseUrl).origin !== new URL(baseUrl).origin;
  }

  /** Lets somebody sign in in an empty window, and closes it. Fails if the user closes it before. */
  async signInAt(opened: Window): Promise<void> {
    try {
      // The console has no such page. So what the window shows in the end runs no script of the console, and this page may read its address.
      const redirect = `${this.environment.baseUrl}signed-in`;
      const { url, state, verifier } = await this.authorization(redirect);
      opened.location.href = url;
      const granted = await this.exchange(await followedIn(opened, redirect), redirect, state, verifier);
      this.forgetUser();
      this.refreshToken = granted.refresh_token;
      this.token = Promise.resolve(this.accepted(granted));
    } finally {
      opened.close();
    }
  }

  /** Leaves the page for a new sign-in, and comes back to it. */
  async signInAgain(): Promise<void> {
    const { url } = await this.authorization(location.origin + location.pathname + location.search, "login");
    location.assign(url);
  }

  private async obtain(): Promise<string> {
    return (await this.refreshed()) ?? this.obtainSilently();
  }

  /** A token by the sign-in in a window, as long as its session lasts. */
  private async refreshed(): Promise<string | undefined> {
    if (this.refreshToken === undefined) {
      return undefined;
    }
    const response = await oauth.refreshTokenGrantRequest(this.server, this.client, oauth.None(), this.refreshToken, OPTIONS);
    if (response.status === 400) {
      this.refreshToken = undefined;
      return undefined;
    }
    const granted = await oauth.processRefreshTokenResponse(this.server, this.client, response);
    this.refreshToken = granted.refresh_token ?? this.refreshToken;
    return this.accepted(granted);
  }

  private async obtainSilently(): Promise<string> {
    const { baseUrl } = this.environment;
    // What a frame shows need not be a whole page.
    const redirect = this.hasOtherHost ? `${baseUrl}config` : baseUrl;
    const { url, state, verifier } = await this.authorization(redirect, "none");
    const answer = this.hasOtherHost ? await followInFrame(url) : (await fetch(url, { mode: "same-origin" })).url;
    return this.accepted(await this.exchange(answer, redirect, state, verifier));
  }

  /** The tokens for the code in the address at which the redirects have ended. */
  private async exchange(address: string, redirect: string, state: string, verifier: string): Promise<oauth.TokenEndpointResponse> {
    const answer = new URL(address);
    if (!answer.href.startsWith(redirect) || !answer.searchParams.has("code")) {
      throw new SignInNeeded(answer.searchParams.get("error") ?? "no code");
    }
    const parameters = oauth.validateAuthResponse(this.server, this.client, answer, state);
    return oauth.processAuthorizationCodeResponse(
      this.server,
      this.client,
      await oauth.authorizationCodeGrantRequest(this.server, this.client, oauth.None(), parameters, redirect, verifier, OPTIONS),
    );
  }

  private accepted(granted: oauth.TokenEndpointResponse): string {
    const user = oauth.getValidatedIdTokenClaims(granted)?.sub;
    if (this.user !== undefined && user !== this.user) {
      throw new SignInNeeded("another user is signed in");
    }
    this.user = user;
    this.current = granted.access_token;
    this.validUntil = Date.now() + ((granted.expires_in ?? 60) - MARGIN) * 1000;
    return granted.access_token;
  }

  private async authorization(redirect: string, prompt?: "none" | "login") {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const query = new URLSearchParams({
      client_id: this.client.client_id,
      redirect_uri: redirect,
      response_type: "code",
      response_mode: "query",
      scope: "openid",
      state,
      ...(prompt === undefined ? {} : { prompt }),
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return { url: `${this.server.authorization_endpoint}?${query}`, state, verifier };
  }
}

/** Where redirects end that begin at another host: a page may read the address of a frame once it is one of its own host. */
function followInFrame(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    // No scripts: what is shown is of no interest.
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.hidden = true;
    frame.src = url;
    frame.addEventListener("load", () => {
      try {
        resolve(frame.contentWindow?.location.href ?? "");
      } catch {
        // Still at the other host: with an error page, or the browser's own because it does not trust the certificate yet.
        reject(new SignInNeeded("the login's host shows a page"));
      } finally {
        frame.remove();
      }
    });
    // A script in the head is here before the body.
    document.documentElement.append(frame);
  });
}

/** Where redirects end that begin at another host, in a window: a page may read its address once it is one of its own host. */
function followedIn(opened: Window, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const address = addressOf(opened);
      if (address?.startsWith(end)) {
        clearInterval(timer);
        resolve(address);
      } else if (opened.closed) {
        clearInterval(timer);
        reject(new SignInNeeded("the window is closed"));
      }
    }, LOOK);
  });
}

/** The address of a window; undefined as long as that of another host is open. */
function addressOf(opened: Window): string | undefined {
  try {
    return opened.location.href;
  } catch {
    return undefined;
  }
}
