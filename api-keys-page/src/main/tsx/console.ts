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

/** Loads the texts of the account theme, the realm's own included, and English for those that a language lacks. */
export async function loadTexts(environment: Environment): Promise<Translate> {
  const languages = [...new Set(["en", environment.locale])];
  const texts = new Map<string, string>();
  for (const language of await Promise.all(languages.map((tag) => fetchTexts(environment, tag)))) {
    for (const { key, value } of language) {
      texts.set(key, value);
    }
  }
  return translator(texts);
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
