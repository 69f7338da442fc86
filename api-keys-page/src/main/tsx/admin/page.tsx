import {
  Alert,
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  Page,
  PageSection,
  SkipToContent,
  Text,
  TextContent,
  Title,
} from "@patternfly/react-core";
import { useEffect, useMemo, useState } from "react";
import { ApiError } from "../api";
import { translator, type Translate } from "../console";
import { TextsContext, textsOf } from "../context";
import { Session, SignInNeeded } from "../session";
import { AdminApi } from "./api";
import { CreateDialog } from "./create";
import type { AdminEnvironment } from "./environment";
import { AdminList } from "./list";

/** The page on which administrators manage the keys of a realm. */
export function AdminPage({ environment }: { environment: AdminEnvironment }) {
  const texts = useMemo(() => textsOf(translator(new Map(Object.entries(environment.texts))), environment.locale), [environment]);
  const session = useMemo(() => new Session(environment), [environment]);
  const api = useMemo(() => new AdminApi(environment, session), [environment, session]);
  const [signedOut, setSignedOut] = useState(false);
  const [creating, setCreating] = useState(false);
  const [changes, setChanges] = useState(0);
  const { t } = texts;

  useEffect(() => {
    document.title = `${t("bulwarkKeys")} – ${environment.target}`;
  }, [t, environment]);

  // The administrator signs in to the admin console, in another tab, and comes back.
  useEffect(() => {
    if (!signedOut) {
      return undefined;
    }
    const again = () => setSignedOut(false);
    window.addEventListener("focus", again);
    return () => window.removeEventListener("focus", again);
  }, [signedOut]);

  const consoleAddress = `${environment.baseUrl}#/${encodeURIComponent(environment.target)}`;
  const logo = new URL("../img/bulwark-logo.svg", import.meta.url).href;
  const header = (
    <Masthead>
      <MastheadMain>
        <MastheadBrand component="span">
          <img src={logo} alt="Bulwark" height="36" />
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <a className="bw-admin-console" href={consoleAddress}>
          {t("bulwarkAdminConsole")}
        </a>
      </MastheadContent>
    </Masthead>
  );
  const message = (error: unknown) => wordsFor(t, environment, error);
  const failed = (error: unknown) => {
    if (error instanceof SignInNeeded) {
      setSignedOut(true);
    }
    return message(error);
  };

  return (
    <TextsContext.Provider value={texts}>
      <Page header={header} mainContainerId="main" mainTabIndex={-1} skipToContent={<SkipToContent href="#main">{t("bulwarkAdminSkip")}</SkipToContent>}>
        <PageSection variant="light" className="bw-admin-heading">
          <TextContent>
            <Title headingLevel="h1">{t("bulwarkKeys")}</Title>
            <Text component="p">{t("bulwarkAdminText", { realm: environment.target })}</Text>
          </TextContent>
        </PageSection>
        <PageSection variant="light" className="bw-keys">
          {signedOut ? (
            <Alert variant="info" isInline isLiveRegion component="p" title={t("bulwarkAdminSignIn")} variantLabel="">
              <p>{t("bulwarkAdminSignInText")}</p>
              <Button component="a" href={environment.baseUrl} target="_blank" variant="primary" data-testid="sign-in">
                {t("bulwarkAdminSignInNow")}
              </Button>
            </Alert>
          ) : (
            <AdminList
              api={api}
              ownerAddress={(owner) => `${consoleAddress}/${owner.type}s/${encodeURIComponent(owner.id)}/settings`}
              changes={changes}
              onCreate={() => setCreating(true)}
              message={failed}
            />
          )}
        </PageSection>
      </Page>
      {creating && (
        <CreateDialog
          environment={environment}
          session={session}
          message={(error) => (error instanceof SignInNeeded ? t("bulwarkAdminErrorSession") : message(error))}
          onClose={(created) => {
            setCreating(false);
            // After the dialog has given the focus back to what it came from, which may be gone.
            setTimeout(() => document.querySelector<HTMLElement>("[data-testid=keys-create]")?.focus(), 0);
            if (created) {
              setChanges((before) => before + 1);
            }
          }}
        />
      )}
    </TextsContext.Provider>
  );
}

function wordsFor(t: Translate, environment: AdminEnvironment, error: unknown): string {
  if (error instanceof SignInNeeded) {
    return t("bulwarkKeysErrorSession");
  }
  if (error instanceof ApiError) {
    switch (error.error) {
      case "limit_exceeded":
        return t("bulwarkAdminErrorLimit");
      case "not_found":
        return t("bulwarkKeysErrorGone");
      case "conflict":
        return t("bulwarkKeysErrorConflict");
      case "invalid_scope":
        return t("bulwarkAdminErrorScope");
      case "invalid_request":
        return t("bulwarkAdminErrorRequest", { detail: error.detail });
    }
    if (error.status === 403) {
      return t("bulwarkAdminErrorForbidden");
    }
    if (error.status === 404) {
      return t("bulwarkAdminErrorRealm", { realm: environment.target });
    }
  }
  return t("bulwarkKeysErrorServer");
}
