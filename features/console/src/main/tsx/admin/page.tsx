import { useCallback, useMemo, useState } from "react";
import { ApiError, ResponseLost } from "../api";
import { translator, type Translate } from "../console";
import { TextsContext, textsOf } from "../context";
import { focusCreate } from "../focus";
import { SignInNeeded } from "../session";
import { begin } from "./begun";
import { CreateDialog } from "./create";
import type { AdminEnvironment } from "./environment";
import { AdminList } from "./list";
import { AdminShell, consoleAddress } from "./shell";

/** The page on which administrators manage the keys of a realm. */
export function AdminPage({ environment }: { environment: AdminEnvironment }) {
  const texts = useMemo(() => textsOf(translator(new Map(Object.entries(environment.texts))), environment.locale), [environment]);
  const { session, api } = useMemo(() => begin(environment), [environment]);
  const [signedOut, setSignedOut] = useState(false);
  const [creating, setCreating] = useState(false);
  const [changes, setChanges] = useState(0);
  const { t } = texts;

  const returned = useCallback(() => setSignedOut(false), []);
  const message = (error: unknown) => wordsFor(t, environment, error);
  const failed = (error: unknown) => {
    if (error instanceof SignInNeeded) {
      setSignedOut(true);
    }
    return message(error);
  };

  return (
    <TextsContext.Provider value={texts}>
      <AdminShell
        environment={environment}
        session={session}
        page="api-keys-admin"
        text={t("bulwarkAdminText", { realm: environment.target })}
        signedOut={signedOut}
        onReturn={returned}
      >
        <AdminList
          api={api}
          ownerAddress={(owner) => `${consoleAddress(environment)}/${owner.type}s/${encodeURIComponent(owner.id)}/settings`}
          changes={changes}
          onCreate={() => setCreating(true)}
          message={failed}
        />
      </AdminShell>
      {creating && (
        <CreateDialog
          environment={environment}
          session={session}
          message={(error) => (error instanceof SignInNeeded && !session.hasOtherHost ? t("bulwarkAdminErrorSession") : message(error))}
          onClose={(created) => {
            setCreating(false);
            // After the dialog has given the focus back to what it came from, which may be gone.
            setTimeout(focusCreate, 0);
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
  if (error instanceof ResponseLost) {
    return t("bulwarkKeysErrorLost");
  }
  if (error instanceof ApiError) {
    switch (error.error) {
      case "limit_exceeded":
        return t("bulwarkAdminErrorLimit");
      case "stored_limit_exceeded":
        return t("bulwarkKeysErrorStored");
      case "not_found":
        return t("bulwarkKeysErrorGone");
      case "conflict":
        return t("bulwarkKeysErrorConflict");
      case "invalid_scope":
        return t("bulwarkAdminErrorScope");
      case "impersonation_required":
        return t("bulwarkAdminErrorImpersonation");
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
