/** What Keycloak tells the account console in its page. */
export type Environment = {
  serverBaseUrl: string;
  baseUrl: string;
  realm: string;
  clientId: string;
  locale: string;
};

export function readEnvironment(): Environment {
  const element = document.getElementById("environment");
  return JSON.parse(element?.textContent ?? "{}") as Environment;
}

export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** Loads the texts of the account theme, the realm's own included, and English for those that a language lacks. Fails where there are none. */
export async function loadTexts(environment: Environment): Promise<Translate> {
  const languages = [...new Set(["en", environment.locale])];
  const texts = new Map<string, string>();
  for (const language of await Promise.all(languages.map((tag) => fetchTexts(environment, tag)))) {
    for (const { key, value } of language) {
      texts.set(key, value);
    }
  }
  if (texts.size === 0) {
    throw new Error("no texts");
  }
  return translator(texts);
}

/** What is said where no texts can be loaded. */
export function textsOfFailure(locale: string): Translate {
  const [title, error, again]: [string, string, string] = locale.startsWith("de")
    ? ["API-Schlüssel", "Der Server hat nicht wie erwartet geantwortet. Versuchen Sie es gleich noch einmal.", "Erneut versuchen"]
    : ["API keys", "The server did not answer as expected. Try again in a moment.", "Try again"];
  const texts: Record<string, string> = { bulwarkKeys: title, bulwarkKeysText: "", bulwarkKeysAgain: again };
  return (key) => texts[key] ?? error;
}

/** Puts values in the place of {{name}}. */
export function translator(texts: Map<string, string>): Translate {
  return (key, values = {}) =>
    (texts.get(key) ?? key).replace(/\{\{(\w+)}}/g, (_, name: string) => String(values[name] ?? ""));
}

async function fetchTexts(environment: Environment, language: string): Promise<{ key: string; value: string }[]> {
  const realm = encodeURIComponent(environment.realm);
  const response = await fetch(`${environment.serverBaseUrl}/resources/${realm}/account/${language}`);
  return response.ok ? ((await response.json()) as { key: string; value: string }[]) : [];
}
