import { Alert, FormGroup, FormSelect, FormSelectOption, Text, TextContent, TextInput } from "@patternfly/react-core";
import { useEffect, useId, useRef, useState } from "react";
import { ApiError, type CreatedKey, type Key } from "./api";
import { usePage, type Pending } from "./context";
import { CreateForm, type Start } from "./create";
import { EditKey } from "./edit";
import { FieldError, focusField } from "./field";
import { focusKey, isFocusUnmoved } from "./focus";
import type { Typed } from "./limits";
import { Failure, KeyModal, useWork } from "./modal";
import { keepPending } from "./pending";
import { ShownKey } from "./shown";

export type Dialog =
  | { kind: "create"; start: Start }
  | { kind: "shown"; key: CreatedKey; text: string }
  | { kind: "rename"; key: Key }
  | { kind: "edit"; key: Key; start?: Typed | undefined }
  | { kind: "replace"; key: Key }
  | { kind: "delete"; key: Key }
  | { kind: "sign-in"; pending: Pending; signIn: () => Promise<void> };

type Props = {
  dialog: Dialog | undefined;
  onDialog: (dialog: Dialog | undefined) => void;
  /** Loads the list again; whether it could. */
  onChanged: (notice?: string) => Promise<boolean>;
};

/** The one dialog that is open, if any. */
export function Dialogs({ dialog, onDialog, onChanged }: Props) {
  const close = () => onDialog(undefined);
  const last = useRef<Dialog>();
  useEffect(() => {
    if (dialog === undefined && last.current !== undefined) {
      const id = keyOf(last.current);
      // After the dialog has given the focus back to what it came from.
      setTimeout(() => focusKey(id), 0);
    }
    last.current = dialog;
  }, [dialog]);
  const closeShown = async (id: string) => {
    close();
    // Another dialog may be open by then, or the user types already.
    if ((await onChanged()) && document.querySelector("[role=dialog]") === null && isFocusUnmoved()) {
      focusKey(id);
    }
  };
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "create":
      return <CreateForm start={dialog.start} onClose={close} onShow={(key, text) => onDialog({ kind: "shown", key, text })} />;
    case "shown":
      return <ShownKey created={dialog.key} text={dialog.text} onClose={() => void closeShown(dialog.key.id)} />;
    case "rename":
      return <Rename of={dialog.key} onClose={close} onChanged={onChanged} />;
    case "edit":
      return <Edit of={dialog.key} start={dialog.start} onClose={close} onChanged={onChanged} />;
    case "replace":
      return <Replace of={dialog.key} onClose={close} onShow={(key, text) => onDialog({ kind: "shown", key, text })} />;
    case "delete":
      return <Delete of={dialog.key} onClose={close} onChanged={onChanged} />;
    case "sign-in":
      return <SignIn {...dialog} onClose={close} />;
  }
}

/** The key that a dialog is about. The menu item that has opened it is gone, so the focus goes to the button of the menu. */
function keyOf(dialog: Dialog): string | undefined {
  if ("key" in dialog) {
    return dialog.key.id;
  }
  return dialog.kind === "sign-in" && "id" in dialog.pending ? dialog.pending.id : undefined;
}

type KeyProps = { of: Key; onClose: () => void };

function Rename({ of: key, onClose, onChanged }: KeyProps & Pick<Props, "onChanged">) {
  const { t, api, message } = usePage();
  const [name, setName] = useState(key.name);
  const [invalid, setInvalid] = useState(false);
  const { failure, busy, run } = useWork(message);
  const id = useId();
  const submit = () => {
    if (name.trim() === "" || name.trim().length > 100) {
      setInvalid(true);
      focusField(id);
      return;
    }
    void run(async () => {
      await api.rename(key.id, name.trim());
      onClose();
      await onChanged(t("bulwarkKeysRenamed", { name: name.trim() }));
    });
  };
  return (
    <KeyModal title={t("bulwarkKeysRenameTitle", { name: key.name })} label={t("bulwarkKeysRename")} busy={busy} onSubmit={submit} onClose={onClose}>
      <Failure text={failure} />
      <FormGroup label={t("bulwarkKeysName")} fieldId={id}>
        <TextInput
          id={id}
          value={name}
          maxLength={100}
          onChange={(_, value) => setName(value)}
          validated={invalid ? "error" : "default"}
          aria-invalid={invalid}
          aria-describedby={invalid ? `${id}-error` : undefined}
        />
        <FieldError id={`${id}-error`} text={invalid ? t("bulwarkKeysErrorName") : undefined} />
      </FormGroup>
    </KeyModal>
  );
}

function Edit({ of: key, start, onClose, onChanged }: KeyProps & Pick<Props, "onChanged"> & { start: Typed | undefined }) {
  const { api, settings, message, askedToSignIn } = usePage();
  return (
    <EditKey
      of={key}
      start={start}
      api={api}
      settings={settings}
      message={message}
      handled={(error, limits) => askedToSignIn(error, { action: "edit", id: key.id, limits })}
      onClose={onClose}
      onChanged={onChanged}
    />
  );
}

/** In seconds: not at all, an hour, a day, a week. */
const OVERLAPS = [0, 3_600, 86_400, 604_800];

function Replace({ of: key, onClose, onShow }: KeyProps & { onShow: (key: CreatedKey, text: string) => void }) {
  const { t, api, settings, moment, message, askedToSignIn } = usePage();
  const choices = OVERLAPS.filter((seconds) => seconds <= settings.maxOverlapSeconds);
  const [overlap, setOverlap] = useState(choices.includes(3_600) ? 3_600 : 0);
  // Here the limit is that of the keys that still work, and no key has to be deleted.
  const words = (error: unknown) => (error instanceof ApiError && error.error === "limit_exceeded" ? t("bulwarkKeysErrorOverlap") : message(error));
  const { failure, busy, run } = useWork(words, (error) => askedToSignIn(error, { action: "replace", id: key.id }));
  const id = useId();
  const end = () => {
    const over = Date.now() + overlap * 1000;
    return moment(new Date(key.expiresAt === null ? over : Math.min(over, Date.parse(key.expiresAt))));
  };
  const submit = () =>
    run(async () => {
      const until = end();
      const created = await api.replace(key.id, overlap);
      onShow(created, overlap === 0 ? t("bulwarkKeysOldEnded") : t("bulwarkKeysOldUntil", { until }));
    });
  return (
    <KeyModal title={t("bulwarkKeysReplaceTitle", { name: key.name })} label={t("bulwarkKeysReplaceNow")} busy={busy} makesKey onSubmit={() => void submit()} onClose={onClose}>
      <Failure text={failure} />
      <TextContent>
        <Text>{t("bulwarkKeysReplaceText")}</Text>
      </TextContent>
      <FormGroup label={t("bulwarkKeysOverlap")} fieldId={id}>
        <FormSelect id={id} value={overlap} onChange={(_, value) => setOverlap(Number(value))}>
          {choices.map((seconds) => (
            <FormSelectOption key={seconds} value={seconds} label={t(`bulwarkKeysOverlap${seconds}`)} />
          ))}
        </FormSelect>
      </FormGroup>
      <Alert
        variant={overlap === 0 ? "warning" : "info"}
        isInline
        isPlain
        isLiveRegion
        component="p"
        variantLabel=""
        title={overlap === 0 ? t("bulwarkKeysOverlapNone") : t("bulwarkKeysOverlapUntil", { until: end() })}
      />
    </KeyModal>
  );
}

function Delete({ of: key, onClose, onChanged }: KeyProps & Pick<Props, "onChanged">) {
  const { t, api, moment, number, message } = usePage();
  const { failure, busy, run } = useWork(message);
  const submit = () =>
    run(async () => {
      await api.remove(key.id);
      onClose();
      await onChanged(t("bulwarkKeysDeleted", { name: key.name }));
    });
  const used =
    key.lastUsedAt === null
      ? t("bulwarkKeysDeleteUnused")
      : t("bulwarkKeysDeleteUsed", { last: moment(key.lastUsedAt), count: number(key.requestCount) });
  return (
    <KeyModal title={t("bulwarkKeysDeleteTitle", { name: key.name })} label={t("bulwarkKeysDelete")} danger scrolls busy={busy} onSubmit={() => void submit()} onClose={onClose}>
      <Failure text={failure} />
      <TextContent>
        <Text>{t("bulwarkKeysDeleteText")}</Text>
        <Text>{used}</Text>
      </TextContent>
    </KeyModal>
  );
}

function SignIn({ pending, signIn, onClose }: { pending: Pending; signIn: () => Promise<void>; onClose: () => void }) {
  const { t } = usePage();
  return (
    <KeyModal
      title={t("bulwarkKeysSignInTitle")}
      label={t("bulwarkKeysSignIn")}
      onSubmit={() => {
        keepPending(pending);
        void signIn();
      }}
      onClose={onClose}
    >
      <TextContent>
        <Text>{t("bulwarkKeysSignInText")}</Text>
      </TextContent>
    </KeyModal>
  );
}
