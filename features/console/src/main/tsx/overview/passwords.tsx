import { useTexts } from "../context";
import type { PasswordDay, Passwords } from "./api";
import { daysBetween } from "./bars";
import { Bars, Columns } from "./plots";

/** Stored passwords by algorithm, and those with an older one over time. */
export function StoredPasswords({ passwords }: { passwords: Passwords }) {
  const { t, number } = useTexts();
  const { total, legacy, byAlgorithm, overTime } = passwords;
  return (
    <>
      <p>{t("bulwarkOverviewLegacy", { legacy: number(legacy), total: number(total) })}</p>
      <Bars
        caption={t("bulwarkOverviewPasswords")}
        head={t("bulwarkOverviewAlgorithm")}
        valueHead={t("bulwarkOverviewCount")}
        rows={Object.entries(byAlgorithm).map(([name, value]) => ({ name, label: name, value }))}
        testId="bars-passwords"
      />
      <h3>{t("bulwarkOverviewLegacyDays")}</h3>
      <LegacyDays days={overTime} />
    </>
  );
}

function LegacyDays({ days }: { days: PasswordDay[] }) {
  const { t, number, locale } = useTexts();
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined || first.day === last.day) {
    return <p data-testid="passwords-first-day">{t("bulwarkOverviewLegacyFirst")}</p>;
  }
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const date = (day: string) => dates.format(new Date(day));
  return (
    <Columns
      summary={t("bulwarkOverviewLegacySummary", {
        first: number(first.legacy),
        from: date(first.day),
        last: number(last.legacy),
        to: date(last.day),
      })}
      head={t("bulwarkOverviewDay")}
      valueHead={t("bulwarkOverviewLegacyCount")}
      columns={days.map(({ day, legacy }) => ({ from: day, count: legacy, slot: daysBetween(first.day, day) }))}
      to={last.day}
      clock={date}
      testId="columns-passwords"
    />
  );
}
