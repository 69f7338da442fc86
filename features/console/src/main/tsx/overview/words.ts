import type { Translate } from "../console";

/** The text of a value that the server counts by, if there is one. */
function textOf(t: Translate, value: string): string | undefined {
  const key = `bulwarkOverview-cause-${value}`;
  const text = t(key);
  return text === key ? undefined : text;
}

/** With places where a narrow screen may break the line. */
function breakable(value: string): string {
  return value.replaceAll("_", "_\u200b");
}

/** Why tokens were revoked, in words; a cause that has none is shown as it is. */
export function causeInWords(t: Translate, cause: string): string {
  const silent = /^SILENT_(.+)$/.exec(cause)?.[1];
  if (silent !== undefined) {
    return t("bulwarkOverviewSilent", { cause: causeInWords(t, silent) });
  }
  const event = /^ADMIN_(.+)$/.exec(cause)?.[1];
  if (event !== undefined) {
    return t("bulwarkOverviewByAdmin", { event: breakable(event) });
  }
  return textOf(t, cause) ?? breakable(cause);
}
