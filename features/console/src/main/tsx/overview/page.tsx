import { Button } from "@patternfly/react-core";
import { useCallback, useMemo, useState } from "react";
import type { AdminEnvironment } from "../admin/environment";
import { AdminShell } from "../admin/shell";
import { ApiError } from "../api";
import { translator } from "../console";
import { TextsContext, textsOf, useTexts } from "../context";
import { Session, SignInNeeded } from "../session";
import { KEY_STATES, OverviewApi, type Revocations } from "./api";
import { Card } from "./card";
import { StoredPasswords } from "./passwords";
import { Bars } from "./plots";
import { RefusedLogins } from "./refusals";
import { Status } from "./status";
import { causeInWords } from "./words";

/** Numbers of all features for administrators of a realm. */
export function OverviewPage({ environment }: { environment: AdminEnvironment }) {
  const texts = useMemo(() => textsOf(translator(new Map(Object.entries(environment.texts))), environment.locale), [environment]);
  const session = useMemo(() => new Session(environment), [environment]);
  const api = useMemo(() => new OverviewApi(environment, session), [environment, session]);
  const [signedOut, setSignedOut] = useState(false);
  const [changes, setChanges] = useState(0);
  const [loadedAt, setLoadedAt] = useState(() => new Date());
  const { t, moment } = texts;

  // All parts load their numbers again.
  const returned = useCallback(() => {
    setSignedOut(false);
    setLoadedAt(new Date());
  }, []);
  const refresh = useCallback(() => {
    setChanges((before) => before + 1);
    setLoadedAt(new Date());
  }, []);
  const message = (role: string) => (error: unknown) => {
    if (error instanceof SignInNeeded) {
      setSignedOut(true);
      return t("bulwarkKeysErrorSession");
    }
    if (error instanceof ApiError && error.status === 403) {
      return t("bulwarkOverviewForbidden", { role });
    }
    if (error instanceof ApiError && error.status === 404) {
      return t("bulwarkErrorOff");
    }
    if (error instanceof ApiError && error.status === 503) {
      return t("bulwarkOverviewBusy");
    }
    if (error instanceof ApiError && error.status === 400) {
      return t("bulwarkOverviewNoAddress");
    }
    return t("bulwarkKeysErrorServer");
  };
  const keysAddress = (state: string) => {
    const query = new URLSearchParams(environment.target === environment.realm ? {} : { realm: environment.target });
    query.set("state", state);
    return `api-keys-admin?${query}`;
  };

  return (
    <TextsContext.Provider value={texts}>
      <AdminShell
        environment={environment}
        session={session}
        page="overview-admin"
        text={t("bulwarkOverviewText", { realm: environment.target })}
        signedOut={signedOut}
        onReturn={returned}
      >
        <div className="bw-admin-bar">
          <Button variant="secondary" onClick={refresh} data-testid="refresh">
            {t("bulwarkOverviewRefresh")}
          </Button>
          <span role="status">{t("bulwarkOverviewLoaded", { time: moment(loadedAt) })}</span>
        </div>
        <Status load={api.status} changes={changes} message={message("view-realm")} realm={environment.target} />
        <div className="bw-overview">
          <Card
            title={t("bulwarkOverviewLogins")}
            source={t("bulwarkOverviewLoginsSource")}
            load={api.refusals}
            changes={changes}
            message={message("view-events")}
            testId="overview-logins"
          >
            {(refusals) => <RefusedLogins refusals={refusals} api={api} message={message("manage-users")} onDone={refresh} />}
          </Card>
          <Card
            title={t("bulwarkOverviewRevoked")}
            source={t("bulwarkOverviewRevokedSource")}
            load={api.revocations}
            changes={changes}
            message={message("view-realm")}
            testId="overview-revocations"
          >
            {(revocations) => <RevokedTokens revocations={revocations} />}
          </Card>
          <Card
            title={t("bulwarkKeys")}
            source={t("bulwarkOverviewKeysSource")}
            load={() => api.keys()}
            changes={changes}
            message={message("view-users, view-clients")}
            testId="overview-keys"
          >
            {(keys) => (
              <Bars
                caption={t("bulwarkKeys")}
                head={t("bulwarkAdmin-state")}
                valueHead={t("bulwarkOverviewCount")}
                rows={KEY_STATES.map((state) => ({
                  name: state,
                  label: t(`bulwarkAdmin-state-${state}`),
                  value: keys[state],
                  href: keysAddress(state),
                }))}
                testId="bars-keys"
              />
            )}
          </Card>
          <Card
            title={t("bulwarkOverviewPasswords")}
            source={t("bulwarkOverviewPasswordsSource")}
            load={api.passwords}
            changes={changes}
            message={message("view-users")}
            testId="overview-passwords"
          >
            {(passwords) => <StoredPasswords passwords={passwords} />}
          </Card>
        </div>
      </AdminShell>
    </TextsContext.Provider>
  );
}

function RevokedTokens({ revocations }: { revocations: Revocations }) {
  const { t, number } = useTexts();
  if (!revocations.running) {
    return <p>{t("bulwarkOverviewOff", { reason: revocations.reason })}</p>;
  }
  return (
    <>
      <p>{t("bulwarkOverviewTokens", { count: number(revocations.total) })}</p>
      {revocations.byCause.length > 0 && (
        <Bars
          caption={t("bulwarkOverviewRevoked")}
          head={t("bulwarkOverviewCause")}
          valueHead={t("bulwarkOverviewCount")}
          rows={revocations.byCause.map(({ cause, count }) => ({ name: cause, label: causeInWords(t, cause), value: count }))}
          testId="bars-revocations"
        />
      )}
    </>
  );
}
