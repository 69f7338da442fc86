import { Text, TextContent } from "@patternfly/react-core";
import { useRef, useState } from "react";
import { useTexts } from "../context";
import { Failure, KeyModal } from "../modal";
import type { AdminApi, OwnedKey } from "./api";

type Props = {
  keys: OwnedKey[];
  api: AdminApi;
  message: (error: unknown) => string;
  onClose: () => void;
  onRevoked: (done: string) => void;
};

/** Asks before keys are revoked, and revokes them one after the other. */
export function RevokeDialog({ keys, api, message, onClose, onRevoked }: Props) {
  const { t, number, moment } = useTexts();
  const [left, setLeft] = useState(keys);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const stopped = useRef(false);
  const one = keys.length === 1 ? keys[0] : undefined;

  const stoppedWith = (rest: OwnedKey[]) =>
    onRevoked(t("bulwarkAdminRevokedStopped", { done: number(keys.length - rest.length), count: number(keys.length) }));
  const revoke = async () => {
    setBusy(true);
    setFailure(undefined);
    let rest = left;
    try {
      while (rest[0] !== undefined) {
        if (stopped.current) {
          stoppedWith(rest);
          return;
        }
        await api.remove(rest[0].id);
        rest = rest.slice(1);
        setLeft(rest);
      }
      onRevoked(
        one === undefined
          ? t("bulwarkAdminRevokedMany", { count: number(keys.length) })
          : t("bulwarkAdminRevoked", { name: one.name }),
      );
    } catch (error) {
      stopped.current = false;
      setBusy(false);
      const done = keys.length - rest.length;
      setFailure(
        done === 0
          ? message(error)
          : `${t("bulwarkAdminRevokedPart", { done: number(done), count: number(keys.length) })} ${message(error)}`,
      );
    }
  };
  const close = () => {
    if (busy) {
      // The request under way is waited for.
      stopped.current = true;
    } else if (left.length === keys.length) {
      onClose();
    } else {
      stoppedWith(left);
    }
  };
  const used = keys.filter(({ lastUsedAt }) => lastUsedAt !== null);

  return (
    <KeyModal
      title={one === undefined ? t("bulwarkAdminRevokeManyTitle", { count: number(keys.length) }) : t("bulwarkAdminRevokeTitle", { name: one.name })}
      label={t("bulwarkAdminRevoke")}
      danger
      scrolls
      busy={busy}
      onSubmit={() => void revoke()}
      onClose={close}
    >
      <Failure text={failure} />
      <TextContent>
        <Text>{t(one === undefined ? "bulwarkAdminRevokeText" : "bulwarkKeysDeleteText")}</Text>
        {one === undefined ? (
          <>
            <Text>{t("bulwarkAdminRevokeUsed", { used: number(used.length) })}</Text>
            <ul className="bw-admin-list">
              {left.map((key) => (
                <li key={key.id}>{t("bulwarkAdminKeyOf", { name: key.name, owner: key.owner.name })}</li>
              ))}
            </ul>
          </>
        ) : (
          <>
            <Text>{t(`bulwarkAdminOwnedBy-${one.owner.type}`, { owner: one.owner.name })}</Text>
            <Text>
              {one.lastUsedAt === null
                ? t("bulwarkKeysDeleteUnused")
                : t("bulwarkKeysDeleteUsed", { last: moment(one.lastUsedAt), count: number(one.requestCount) })}
            </Text>
          </>
        )}
      </TextContent>
    </KeyModal>
  );
}
