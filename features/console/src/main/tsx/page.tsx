import { Alert, Bullseye, Button, PageSection, Spinner, Text, TextContent, Title } from "@patternfly/react-core";
import { useEffect, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { ApiError, ResponseLost, type Key, type Settings } from "./api";
import { api, environment, session, takeFirst } from "./begun";
import { textsOfFailure, type Translate } from "./console";
import { PageContext, TextsContext, textsOf, type Context, type Pending } from "./context";
import { Dialogs, type Dialog } from "./dialogs";
import { KeyList } from "./list";
import { noticeOf, type Notice } from "./notices";
import { SignInNeeded } from "./session";
import { takePending } from "./pending";

type Loaded = { t: Translate; settings: Settings };

/** The page "API keys" of the account console. */
export default function ApiKeysPage() {
  const [loaded, setLoaded] = useState<Loaded>();
  const [keys, setKeys] = useState<Key[]>();
  const [failure, setFailure] = useState<unknown>();
  const [dialog, setDialog] = useState<Dialog>();
  const [notice, setNotice] = useState<Notice>();
  const [failed, setFailed] = useState<string>();

  useEffect(() => {
    showReadableAddress();
    const { texts, settings, list } = takeFirst();
    Promise.all([texts, settings, list])
      .then(([t, settings, list]) => {
        document.title = `${t("bulwarkKeys")} – ${t("bulwarkKeysConsole")}`;
        setLoaded({ t, settings });
        setKeys(list);
        setDialog(continued(takePending(), list));
      })
      .catch((error: unknown) => {
        void texts.catch(() => textsOfFailure(environment.locale)).then((t) => setFailure({ t, error }));
      });
  }, []);

  const context = useMemo(() => loaded && contextOf(loaded, setDialog), [loaded]);

  if (failure !== undefined) {
    const { t, error } = failure as { t: Translate; error: unknown };
    return <Failure t={t} error={error} />;
  }
  if (context === undefined || keys === undefined) {
    return (
      <Bullseye>
        <Spinner />
      </Bullseye>
    );
  }
  const open = (wanted: Dialog) => setDialog(context.settings.loginNeeded ? afterSignIn(wanted) : wanted);
  const reload = async (text?: string) => {
    const list = await api.list().catch((error: unknown) => notLoaded(context, error));
    const isLoaded = typeof list !== "string";
    // At once: whoever waits for it looks for a row.
    flushSync(() => {
      setKeys((before) => (isLoaded ? list : before));
      setNotice(text === undefined ? undefined : noticeOf(text));
      setFailed(isLoaded ? undefined : list);
    });
    return isLoaded;
  };
  return (
    <TextsContext.Provider value={context}>
      <PageContext.Provider value={context}>
        <Heading t={context.t} />
        <PageSection variant="light" className="bw-keys">
          <KeyList
            keys={keys}
            notice={notice}
            onNotice={setNotice}
            failure={failed}
            onFailure={setFailed}
            onOpen={open}
            onChanged={reload}
          />
        </PageSection>
        <Dialogs dialog={dialog} onDialog={setDialog} onChanged={reload} />
      </PageContext.Provider>
    </TextsContext.Provider>
  );
}

/** Keycloak before 26.8 opens the page at the pattern of its route, which nobody should bookmark. */
function showReadableAddress() {
  if (location.pathname.endsWith("/:componentId")) {
    const path = location.pathname.replace(/:componentId$/, "api-keys");
    history.replaceState(history.state, "", path + location.search);
  }
}

function continued(pending: Pending | undefined, keys: Key[]): Dialog | undefined {
  if (pending === undefined) {
    return undefined;
  }
  if (pending.action === "create") {
    return { kind: "create", start: pending };
  }
  const key = keys.find(({ id }) => id === pending.id);
  if (key === undefined || pending.action === "activate") {
    return undefined;
  }
  return pending.action === "edit" ? { kind: "edit", key, start: pending.limits } : { kind: "replace", key };
}

/** Asks for a new sign-in before a form is filled in that would be refused. */
function afterSignIn(dialog: Dialog): Dialog {
  const signIn = () => session.signInAgain();
  switch (dialog.kind) {
    case "create":
      return { kind: "sign-in", pending: { action: "create" }, signIn };
    case "replace":
      return { kind: "sign-in", pending: { action: "replace", id: dialog.key.id }, signIn };
    default:
      return dialog;
  }
}

function contextOf({ t, settings }: Loaded, onDialog: (dialog: Dialog) => void): Context {
  const scopes = new Map(settings.scopes.map(({ name, text }) => [name, text]));
  return {
    api,
    settings,
    ...textsOf(t, environment.locale),
    scopeText: (name) => scopes.get(name) ?? name,
    message: (error) => message(t, settings, error),
    askedToSignIn: (error, pending) => {
      const stale = error instanceof ApiError && error.error === "insufficient_user_authentication";
      if (stale) {
        onDialog({ kind: "sign-in", pending, signIn: () => session.signInAgain() });
      }
      return stale;
    },
  };
}

/** That the list may be out of date, and why where the user can do something about it. */
function notLoaded({ t, message }: Context, error: unknown): string {
  const isKnown = error instanceof SignInNeeded || (error instanceof ApiError && error.error === "slow_down");
  return isKnown ? `${message(error)} ${t("bulwarkKeysErrorList")}` : t("bulwarkKeysErrorList");
}

function message(t: Translate, settings: Settings | undefined, error: unknown): string {
  if (error instanceof ApiError) {
    switch (error.error) {
      case "limit_exceeded":
        return t("bulwarkKeysErrorLimit", { max: settings?.maxKeys ?? 0 });
      case "stored_limit_exceeded":
        return t("bulwarkKeysErrorStored");
      case "email_not_verified":
        return t("bulwarkKeysErrorAddress");
      case "not_found":
        return t("bulwarkKeysErrorGone");
      case "conflict":
        return t("bulwarkKeysErrorConflict");
      case "invalid_scope":
        return t("bulwarkKeysErrorScope");
      case "invalid_request":
        return t("bulwarkKeysErrorRequest");
      case "slow_down":
        return t("bulwarkKeysErrorSlowDown");
      case "insufficient_scope":
      case "forbidden":
        return t("bulwarkKeysErrorForbidden");
    }
    if (error.status === 404) {
      return t("bulwarkErrorOff");
    }
  }
  if (error instanceof ResponseLost) {
    return t("bulwarkKeysErrorLost");
  }
  return error instanceof SignInNeeded ? t("bulwarkKeysErrorSession") : t("bulwarkKeysErrorServer");
}

function Heading({ t }: { t: Translate }) {
  return (
    <PageSection variant="light">
      <TextContent>
        <Title headingLevel="h1" data-testid="page-heading">
          {t("bulwarkKeys")}
        </Title>
        <Text component="p">{t("bulwarkKeysText")}</Text>
      </TextContent>
    </PageSection>
  );
}

function Failure({ t, error }: { t: Translate; error: unknown }) {
  return (
    <>
      <Heading t={t} />
      <PageSection variant="light">
        <Alert variant="danger" isInline component="p" title={message(t, undefined, error)}>
          <Button variant="link" isInline onClick={() => location.reload()}>
            {t("bulwarkKeysAgain")}
          </Button>
        </Alert>
      </PageSection>
    </>
  );
}
