import { Alert, AlertActionCloseButton } from "@patternfly/react-core";
import { useEffect, useRef } from "react";
import { useTexts } from "./context";

type Props = {
  notice: string | undefined;
  onNotice: (notice: string | undefined) => void;
  failure: string | undefined;
  onFailure: (failure: string | undefined) => void;
};

/** What was done, or what went wrong, above a list. */
export function Notices({ notice, onNotice, failure, onFailure }: Props) {
  const told = useRef<HTMLDivElement>(null);

  // What had the focus may be gone with the row of the key.
  useEffect(() => {
    if (notice !== undefined || failure !== undefined) {
      told.current?.focus();
    }
  }, [notice, failure]);

  return (
    <div ref={told} tabIndex={-1} className="bw-keys-notice">
      {notice !== undefined && <Notice variant="success" text={notice} onClose={() => onNotice(undefined)} />}
      {failure !== undefined && <Notice variant="danger" text={failure} onClose={() => onFailure(undefined)} />}
    </div>
  );
}

function Notice({ variant, text, onClose }: { variant: "success" | "danger"; text: string; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Alert
      variant={variant}
      isInline
      isLiveRegion
      component="p"
      title={text}
      variantLabel=""
      actionClose={<AlertActionCloseButton aria-label={t("close")} onClose={onClose} />}
    />
  );
}
