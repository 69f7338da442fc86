import { useId, useState } from "react";
import type { Api, Key, Settings } from "./api";
import { useTexts } from "./context";
import { Failure, KeyModal, useWork } from "./modal";
import { focusFault, LimitFields } from "./fields";
import { readChange, typed as typedOf, type Faults, type Typed } from "./limits";

type Props = {
  of: Key;
  /** What was typed before a sign-in. */
  start?: Typed | undefined;
  api: Api;
  settings: Pick<Settings, "rateLimit" | "settable">;
  message: (error: unknown) => string;
  /** Whether the error was handled otherwise; gets what was typed. */
  handled?: (error: unknown, typed: Typed) => boolean;
  onClose: (changed: boolean) => void;
  onChanged: (notice: string) => Promise<unknown>;
};

/** Changes the rate limit, the networks and the metadata of a key. */
export function EditKey({ of: key, start, api, settings, message, handled, onClose, onChanged }: Props) {
  const { t } = useTexts();
  const [typed, setTyped] = useState(() => start ?? typedOf(key));
  const [faults, setFaults] = useState<Faults>({});
  const { failure, busy, run } = useWork(message, (error) => handled?.(error, typed) ?? false);
  const id = useId();
  const submit = () => {
    const result = readChange(key, typed, settings.rateLimit);
    if ("faults" in result) {
      setFaults(result.faults);
      focusFault(id, result.faults);
      return;
    }
    void run(async () => {
      if (Object.keys(result.change).length > 0) {
        await api.change(key.id, result.change);
      }
      onClose(true);
      await onChanged(t("bulwarkKeysEdited", { name: key.name }));
    });
  };
  return (
    <KeyModal title={t("bulwarkKeysEditTitle", { name: key.name })} label={t("bulwarkKeysEditNow")} busy={busy} onSubmit={submit} onClose={() => onClose(false)}>
      <Failure text={failure} />
      <LimitFields id={id} typed={typed} faults={faults} settings={settings} onChange={setTyped} />
    </KeyModal>
  );
}
