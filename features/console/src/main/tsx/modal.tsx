import { Alert, Button, Form, Modal } from "@patternfly/react-core";
import { useId, useState, type FormEvent, type ReactNode } from "react";
import { useTexts } from "./context";
import { usePageBehindDialog } from "./focus";

type ModalProps = {
  title: string;
  label: string;
  danger?: boolean;
  busy?: boolean;
  /** Whether it makes a key, which is shown this once: then it stays open until the key is made. */
  makesKey?: boolean;
  /** Whether there may be more text than fits: without a field in it, the keyboard could not scroll it. */
  scrolls?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A dialog with a form, the button that sends it, and one that closes it. */
export function KeyModal({ title, label, danger = false, busy = false, makesKey = false, scrolls = false, onSubmit, onClose, children }: ModalProps) {
  const { t } = useTexts();
  usePageBehindDialog();
  const close = busy && makesKey ? undefined : onClose;
  const escape = (event: KeyboardEvent) => {
    // It would end the focus trap of a dialog that stays open.
    event.stopPropagation();
    close?.();
  };
  const form = useId();
  const cancel = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) {
      onSubmit();
    }
  };
  return (
    <Modal
      variant="small"
      title={title}
      isOpen
      onClose={close}
      onEscapePress={escape}
      showClose={false}
      className="bw-keys-dialog"
      {...(scrolls ? { tabIndex: 0, bodyAriaLabel: title } : {})}
      // Else Enter, held down on the item of the menu, would do it.
      {...(danger ? { elementToFocus: `#${CSS.escape(cancel)}` } : {})}
      actions={[
        <Button key="do" type="submit" form={form} variant={danger ? "danger" : "primary"} isLoading={busy} spinnerAriaValueText={t("bulwarkKeysBusy")}>
          {label}
        </Button>,
        <Button key="cancel" id={cancel} variant="link" onClick={close} isAriaDisabled={close === undefined}>
          {t("cancel")}
        </Button>,
      ]}
    >
      <Form id={form} onSubmit={submit} noValidate>
        {children}
      </Form>
    </Modal>
  );
}

export function Failure({ text }: { text: string | undefined }) {
  return text === undefined ? null : <Alert variant="danger" isInline isLiveRegion component="p" title={text} variantLabel="" />;
}

/** Runs one request at a time and keeps what went wrong, as words. */
export function useWork(message: (error: unknown) => string, handled: (error: unknown) => boolean = () => false) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      if (!handled(error)) {
        setFailure(message(error));
        setBusy(false);
      }
    }
  };
  return { busy, failure, run };
}
