import { Alert, Button, Form, FormGroup, Modal, TextArea, TextInput } from "@patternfly/react-core";
import { useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { CreatedKey } from "./api";
import { usePage, useTexts } from "./context";
import { withKey } from "./command";
import { usePageBehindDialog } from "./focus";
import { lastMoment } from "./keys";

type Props = { created: CreatedKey; text: string; onClose: () => void };

/** A new key, this once, and how to use it. */
export function ShownKey({ created, text, onClose }: Props) {
  const { t, settings, moment, scopeText } = usePage();
  const id = useId();
  usePageBehindDialog();

  // A browser may keep the page for the way back: then the key must not be in it.
  useEffect(() => {
    const leave = () => flushSync(onClose);
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [onClose]);

  return (
    <Modal
      variant="medium"
      title={t("bulwarkKeysShownTitle", { name: created.name })}
      isOpen
      showClose={false}
      // It would end the focus trap of a dialog that stays open.
      onEscapePress={(event) => event.stopPropagation()}
      className="bw-keys-dialog"
      actions={[
        <Button key="done" onClick={onClose}>
          {t("bulwarkKeysShownDone")}
        </Button>,
      ]}
    >
      <Form onSubmit={(event) => event.preventDefault()}>
        <Alert variant="warning" isInline component="p" title={t("bulwarkKeysShownOnce")} variantLabel="">
          {t("bulwarkKeysShownOnceText")}
          {text !== "" && <p>{text}</p>}
        </Alert>
        <Copied id={`${id}-key`} label={t("bulwarkKeysKey")} button={t("bulwarkKeysCopyKey")} value={created.key} />
        <Copied
          id={`${id}-command`}
          label={t("bulwarkKeysCommand")}
          button={t("bulwarkKeysCopyCommand")}
          value={withKey(settings.command, created.key)}
          long
        />
        <dl className="bw-keys-facts">
          <dt>{t("bulwarkKeysPermissions")}</dt>
          <dd>{created.scopes.length === 0 ? t("bulwarkKeysNone") : created.scopes.map(scopeText).join(", ")}</dd>
          <dt>{t("bulwarkKeysExpires")}</dt>
          <dd>{created.expiresAt === null ? t("bulwarkKeysNever") : moment(lastMoment(created.expiresAt))}</dd>
        </dl>
      </Form>
    </Modal>
  );
}

type CopiedProps = { id: string; label: string; button: string; value: string; long?: boolean };

/** A value to copy, by a button or by hand. */
function Copied({ id, label, button, value, long = false }: CopiedProps) {
  const { t } = useTexts();
  const [told, setTold] = useState("");
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setTold(t("bulwarkKeysCopied"));
    } catch {
      // Also where the page has no TLS, and so no clipboard.
      setTold(t("bulwarkKeysCopyFailed"));
    }
  };
  return (
    <FormGroup label={label} fieldId={id}>
      {long ? (
        <TextArea ref={field} id={id} value={value} readOnlyVariant="default" rows={4} className="bw-keys-code" spellCheck={false} />
      ) : (
        <TextInput ref={field} id={id} value={value} readOnlyVariant="default" className="bw-keys-code" spellCheck={false} autoFocus />
      )}
      <div className="bw-keys-copy">
        <Button variant="secondary" onClick={() => void copy()}>
          {button}
        </Button>
        <span role="status">{told}</span>
      </div>
    </FormGroup>
  );
}
