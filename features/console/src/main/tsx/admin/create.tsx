import { FormGroup, Radio, SearchInput, Spinner, Text } from "@patternfly/react-core";
import { useEffect, useId, useRef, useState } from "react";
import type { CreatedKey, Settings } from "../api";
import { PageContext, useTexts, type Context } from "../context";
import { CreateForm } from "../create";
import { Failure, KeyModal, useWork } from "../modal";
import { FieldError, focusField } from "../field";
import type { Session } from "../session";
import { ShownKey } from "../shown";
import { AdminApi, ClientApi, type Client } from "./api";
import type { AdminEnvironment } from "./environment";

type Props = {
  environment: AdminEnvironment;
  session: Session;
  message: (error: unknown) => string;
  /** Whether a key was created. */
  onClose: (created: boolean) => void;
};

type Step = { kind: "client" } | { kind: "key"; client: Client; settings: Settings } | { kind: "shown"; settings: Settings; api: ClientApi; key: CreatedKey };

/** A new key for a client: which client, what the key may do, and the key, this once. */
export function CreateDialog({ environment, session, message, onClose }: Props) {
  const texts = useTexts();
  const [step, setStep] = useState<Step>({ kind: "client" });
  if (step.kind === "client") {
    return (
      <ClientDialog
        api={new AdminApi(environment, session)}
        message={message}
        onClose={() => onClose(false)}
        onChosen={(client, settings) => setStep({ kind: "key", client, settings })}
      />
    );
  }
  const api = step.kind === "key" ? new ClientApi(environment, session, step.client) : step.api;
  const scopes = new Map(step.settings.scopes.map(({ name, text }) => [name, text]));
  const context: Context = {
    ...texts,
    api,
    settings: step.settings,
    scopeText: (name) => scopes.get(name) ?? name,
    message,
    askedToSignIn: () => false,
  };
  return (
    <PageContext.Provider value={context}>
      {step.kind === "key" ? (
        <CreateForm
          start={{}}
          isAdmin
          title={texts.t("bulwarkAdminCreateFor", { client: step.client.clientId })}
          onClose={() => onClose(false)}
          onShow={(key) => setStep({ kind: "shown", settings: step.settings, api, key })}
        />
      ) : (
        <ShownKey created={step.key} text="" onClose={() => onClose(true)} />
      )}
    </PageContext.Provider>
  );
}

type ClientProps = {
  api: AdminApi;
  message: (error: unknown) => string;
  onClose: () => void;
  onChosen: (client: Client, settings: Settings) => void;
};

/** How many clients are offered at once. */
const OFFERED = 8;

/** Milliseconds after the last letter until a search begins. */
const PAUSE = 300;

function ClientDialog({ api, message, onClose, onChosen }: ClientProps) {
  const { t } = useTexts();
  const id = useId();
  const [text, setText] = useState("");
  const [searches, setSearches] = useState(0);
  const [found, setFound] = useState<Client[]>();
  const [chosen, setChosen] = useState<Client>();
  const [invalid, setInvalid] = useState(false);
  const [failed, setFailed] = useState<string>();
  const { busy, failure, run } = useWork(message);
  const asked = useRef(api);
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () => {
        asked.current
          .clients(text.trim(), OFFERED + 1)
          .then((clients) => {
            if (current) {
              setFound(clients);
              setFailed(undefined);
              // The one that was chosen meanwhile may not be shown any more.
              setChosen((before) => clients.slice(0, OFFERED).find((client) => client.id === before?.id));
            }
          })
          .catch((error: unknown) => current && setFailed(message(error)));
      },
      text === "" ? 0 : PAUSE,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, searches]);

  // A new list may be without the client that had the focus.
  useEffect(() => {
    if (found !== undefined && document.activeElement === document.body) {
      search.current?.focus();
    }
  }, [found]);

  const searchFor = (value: string) => {
    setText(value);
    // It may not be among those that are found.
    setChosen(undefined);
  };
  const submit = () => {
    if (chosen === undefined && failed !== undefined) {
      setSearches(searches + 1);
      return;
    }
    if (chosen === undefined) {
      setInvalid(true);
      focusField(`${id}-client-0`);
      return;
    }
    void run(async () => onChosen(chosen, await api.settingsOf(chosen)));
  };
  const offered = (found ?? []).slice(0, OFFERED);
  return (
    <KeyModal title={t("bulwarkAdminCreate")} label={t("bulwarkAdminNext")} busy={busy} onSubmit={submit} onClose={onClose}>
      <Failure text={failure ?? failed} />
      <Text>{t("bulwarkAdminCreateText")}</Text>
      <SearchInput
        ref={search}
        aria-label={t("bulwarkAdminSearchClients")}
        placeholder={t("bulwarkAdminSearchClients")}
        resetButtonLabel={t("bulwarkKeysClear")}
        value={text}
        onChange={(_, value) => searchFor(value)}
        onClear={() => searchFor("")}
      />
      <FormGroup role="radiogroup" label={t("bulwarkAdmin-type-client")} fieldId={`${id}-clients`} isStack isRequired>
        {offered.map((client, index) => (
          <Radio
            key={client.id}
            id={`${id}-client-${index}`}
            name={`${id}-client`}
            label={client.clientId}
            isChecked={chosen?.id === client.id}
            aria-describedby={invalid ? `${id}-error` : undefined}
            onChange={() => {
              setChosen(client);
              setInvalid(false);
            }}
          />
        ))}
        {found === undefined && failed === undefined && <Spinner size="md" aria-label={t("bulwarkKeysBusy")} />}
        <div role="status">
          {found?.length === 0 && t("bulwarkAdminNoClient")}
          {found !== undefined && found.length > OFFERED && t("bulwarkAdminMoreClients")}
        </div>
        <FieldError id={`${id}-error`} text={invalid ? t("bulwarkAdminErrorClient") : undefined} />
      </FormGroup>
    </KeyModal>
  );
}
