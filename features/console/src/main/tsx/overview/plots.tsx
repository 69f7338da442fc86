import { useTexts } from "../context";
import { greatest, share } from "./bars";

type Bar = { name: string; label: string; value: number; href?: string };

type BarsProps = { caption: string; head: string; valueHead: string; rows: Bar[]; testId: string };

/** A table whose numbers have bars beside them. */
export function Bars({ caption, head, valueHead, rows, testId }: BarsProps) {
  const { number } = useTexts();
  const most = greatest(rows.map(({ value }) => value));
  return (
    <table className="bw-bars" data-testid={testId}>
      <caption className="pf-v5-screen-reader">{caption}</caption>
      <thead className="pf-v5-screen-reader">
        <tr>
          <th scope="col">{head}</th>
          <th scope="col">{valueHead}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, label, value, href }) => (
          <tr key={name} data-name={name}>
            <th scope="row">{href === undefined ? label : <a href={href}>{label}</a>}</th>
            <td>
              <svg className="bw-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect width={share(value, most)} height="1" />
              </svg>
              <span className="bw-bar-value">{number(value)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type ColumnsProps = {
  /** What the plot shows, in a sentence. */
  summary: string;
  head: string;
  valueHead: string;
  /** A column stands at its slot, or after the one before. */
  columns: { from: string; count: number; slot?: number }[];
  to: string;
  clock: (iso: string) => string;
  testId?: string;
};

/** Counts over time as columns, and the same numbers as a table. */
export function Columns({ summary, head, valueHead, columns, to, clock, testId }: ColumnsProps) {
  const { t, number } = useTexts();
  const most = greatest(columns.map(({ count }) => count));
  const slots = columns.map(({ slot }, index) => slot ?? index);
  const width = 100 / (greatest(slots) + 1);
  return (
    <figure className="bw-columns" data-testid={testId}>
      <div className="bw-columns-most" aria-hidden="true">
        {number(most)}
      </div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary}>
        {columns.map(({ from, count }, index) => (
          <rect
            key={from}
            x={(slots[index] ?? index) * width + width * 0.1}
            width={width * 0.8}
            y={100 - share(count, most)}
            height={share(count, most)}
          />
        ))}
      </svg>
      <div className="bw-columns-times" aria-hidden="true">
        <span>{clock(columns[0]?.from ?? to)}</span>
        <span>{clock(to)}</span>
      </div>
      <details>
        <summary>{t("bulwarkOverviewAsTable")}</summary>
        <table className="bw-columns-table">
          <caption className="pf-v5-screen-reader">{summary}</caption>
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col">{valueHead}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ from, count }) => (
              <tr key={from}>
                <th scope="row">{clock(from)}</th>
                <td>{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
