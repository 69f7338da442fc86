import * as oauth from "oauth4webapi";
import type { Environment } from "./console";

/** Nobody is signed in any more, or Keycloak wants to ask the user something first. */
export class SignInNeeded extends Error {}

/** Seconds for which a token must still be valid when a request starts. */
const MARGIN = 10;

/**
 * Access tokens of the account console's client. The console keeps its own token to itself, so this asks for one in the same browser session:
 * an authorization code with PKCE and prompt=none, whose redirect is followed by fetch within this server, or by a frame from the host of the
 * login to that of the console. All tokens are of the user who was signed in when the page asked for the first one: what a page shows is not
 * changed as somebody else.
 */
export class Session {
  private readonly server: oauth.AuthorizationServer;
  private readonly client: oauth.Client;
  private token: Promise<string> | undefined;
  /** What the promise above has become. */
  private current: string | undefined;
  private validUntil = 0;
  private user: string | undefined;

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
  }

  /** Leaves the page for a new sign-in, and comes back to it. */
  async signInAgain(): Promise<void> {
    const { url } = await this.authorization(location.origin + location.pathname + location.search, "login");
    location.assign(url);
  }

  private async obtain(): Promise<string> {
    const { serverBaseUrl, baseUrl } = this.environment;
    // The admin console may have a host of its own. What a frame shows need not be a whole page.
    const isFramed = new URL(serverBaseUrl).origin !== new URL(baseUrl).origin;
    const redirect = isFramed ? `${baseUrl}config` : baseUrl;
    const { url, state, verifier } = await this.authorization(redirect, "none");
    const answer = new URL(isFramed ? await followInFrame(url) : (await fetch(url, { mode: "same-origin" })).url);
    if (!answer.href.startsWith(redirect) || !answer.searchParams.has("code")) {
      throw new SignInNeeded(answer.searchParams.get("error") ?? "no code");
    }
    const parameters = oauth.validateAuthResponse(this.server, this.client, answer, state);
    const granted = await oauth.processAuthorizationCodeResponse(
      this.server,
      this.client,
      await oauth.authorizationCodeGrantRequest(this.server, this.client, oauth.None(), parameters, redirect, verifier, {
        // Keycloak in a development network may have no TLS; the console itself works there.
        [oauth.allowInsecureRequests]: true,
      }),
    );
    const user = oauth.getValidatedIdTokenClaims(granted)?.sub;
    if (this.user !== undefined && user !== this.user) {
      throw new SignInNeeded("another user is signed in");
    }
    this.user = user;
    this.current = granted.access_token;
    this.validUntil = Date.now() + ((granted.expires_in ?? 60) - MARGIN) * 1000;
    return granted.access_token;
  }

  private async authorization(redirect: string, prompt: "none" | "login") {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const query = new URLSearchParams({
      client_id: this.client.client_id,
      redirect_uri: redirect,
      response_type: "code",
      response_mode: "query",
      scope: "openid",
      state,
      prompt,
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
      } catch (error) {
        // Still at the other host, with an error page.
        reject(error as Error);
      } finally {
        frame.remove();
      }
    });
    // A script in the head is here before the body.
    document.documentElement.append(frame);
  });
}
