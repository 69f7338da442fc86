import { Alert, Spinner } from "@patternfly/react-core";
import { useEffect, useId, useState, type ReactNode } from "react";
import { useTexts } from "../context";

type Props<T> = {
  title: string;
  /** Where the numbers come from. */
  source: string;
  load: () => Promise<T>;
  /** Changes when the numbers have to be loaded again. */
  changes: number;
  message: (error: unknown) => string;
  children: (data: T) => ReactNode;
  testId: string;
};

/** A part of the overview, which loads its own numbers: one that fails leaves the others, and the numbers that it had before. */
export function Card<T>({ title, source, load, changes, message, children, testId }: Props<T>) {
  const { t } = useTexts();
  const id = useId();
  const [data, setData] = useState<T>();
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    let current = true;
    load()
      .then((loaded) => {
        if (current) {
          setData(loaded);
          setFailure(undefined);
        }
      })
      .catch((error: unknown) => current && setFailure(message(error)));
    return () => {
      current = false;
    };
    // The other two are new in each rendering.
  }, [changes]);

  return (
    <section className="bw-overview-card" aria-labelledby={id} data-testid={testId}>
      <h2 id={id}>{title}</h2>
      {failure !== undefined && (
        <Alert variant="warning" isInline isPlain isLiveRegion component="p" title={failure} variantLabel="">
          {data !== undefined && <p>{t("bulwarkOverviewOlder")}</p>}
        </Alert>
      )}
      {data === undefined && failure === undefined && <Spinner size="lg" aria-label={t("bulwarkKeysBusy")} />}
      {data !== undefined && children(data)}
      <p className="bw-overview-source">{source}</p>
    </section>
  );
}
