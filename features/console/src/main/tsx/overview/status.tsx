import { Alert, Label, Spinner } from "@patternfly/react-core";
import { useEffect, useId, useState } from "react";
import { useTexts } from "../context";
import type { Fact, PartReport } from "./api";

const EVERY_MS = 5_000;

/** A fact that is a moment: see status-openapi.json. */
const MOMENT = /^\d{4}-\d\d-\d\dT.*Z$/;

type Props = {
  load: () => Promise<PartReport[]>;
  /** Changes when the status has to be loaded again at once. */
  changes: number;
  message: (error: unknown) => string;
  realm: string;
};

/** How each part of the bundle is in the realm, asked again and again while somebody can see it; troubles first. */
export function Status({ load, changes, message, realm }: Props) {
  const { t, number } = useTexts();
  const id = useId();
  const [parts, setParts] = useState<PartReport[]>();
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    let current = true;
    let timer: number | undefined;
    const ask = async () => {
      window.clearTimeout(timer);
      if (!document.hidden) {
        try {
          const reports = await load();
          if (current) {
            setParts(reports);
            setFailure(undefined);
          }
        } catch (error) {
          if (current) {
            setFailure(message(error));
          }
        }
      }
      if (current) {
        window.clearTimeout(timer);
        timer = window.setTimeout(() => void ask(), EVERY_MS);
      }
    };
    const shown = () => void ask();
    document.addEventListener("visibilitychange", shown);
    shown();
    return () => {
      current = false;
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
    // The others are new in each rendering.
  }, [changes]);

  const inState = (state: PartReport["state"]) => (parts ?? []).filter((part) => part.state === state);
  const troubles = inState("trouble");
  const offs = inState("off");
  return (
    <section className="bw-overview-card bw-status" aria-labelledby={id} data-testid="overview-status">
      <h2 id={id}>{t("bulwarkStatus")}</h2>
      {failure !== undefined && (
        <Alert variant="warning" isInline isPlain isLiveRegion component="p" title={failure} variantLabel="">
          {parts !== undefined && <p>{t("bulwarkOverviewOlder")}</p>}
        </Alert>
      )}
      {parts === undefined && failure === undefined && <Spinner size="lg" aria-label={t("bulwarkKeysBusy")} />}
      {parts !== undefined && (
        <>
          <p role="status" data-testid="status-sum">
            {troubles.length === 0 ? t("bulwarkStatusAllWell") : t("bulwarkStatusTroubles", { count: number(troubles.length) })}
          </p>
          <Parts parts={[...troubles, ...inState("working")]} realm={realm} />
          {offs.length > 0 && (
            <details>
              <summary>{t("bulwarkStatusOffs", { count: number(offs.length) })}</summary>
              <Parts parts={offs} realm={realm} />
            </details>
          )}
        </>
      )}
      <p className="bw-overview-source">{t("bulwarkStatusSource")}</p>
    </section>
  );
}

const COLORS = { working: "green", trouble: "red", off: "grey" } as const;

function Parts({ parts, realm }: { parts: PartReport[]; realm: string }) {
  const { t, moment, number } = useTexts();
  const said = (fact: Fact) => {
    if (typeof fact === "number") {
      return number(fact);
    }
    return MOMENT.test(fact) ? moment(fact) : fact;
  };
  const sentence = ({ part, reason, facts }: PartReport) =>
    t(`bulwarkStatus-${part}-${reason}`, {
      realm,
      ...Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, said(fact)])),
    });
  return (
    <ul className="bw-status-parts">
      {parts.map((report) => (
        <li key={report.part} data-testid={`status-${report.part}`} data-state={report.state} data-reason={report.reason}>
          <Label color={COLORS[report.state]} isCompact>
            {t(`bulwarkStatus-${report.state}`)}
          </Label>
          <strong>{t(`bulwarkStatus-${report.part}`)}</strong>
          <span>{sentence(report)}</span>
        </li>
      ))}
    </ul>
  );
}
