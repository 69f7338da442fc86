import { Alert, AlertActionCloseButton } from "@patternfly/react-core";
import { useEffect, useRef } from "react";
import { useTexts } from "./context";
import { focusCreate } from "./focus";

/** What was done. No notice equals an earlier one: the same words may have to be told again. */
export type Notice = { text: string; number: number };

let noticed = 0;

export function noticeOf(text: string): Notice {
  noticed += 1;
  return { text, number: noticed };
}

type Props = {
  notice: Notice | undefined;
  onNotice: (notice: undefined) => void;
  failure: string | undefined;
  onFailure: (failure: undefined) => void;
};

/** What was done, or what went wrong, above a list. */
export function Notices({ notice, onNotice, failure, onFailure }: Props) {
  const told = useRef<HTMLDivElement>(null);

  // What had the focus may be gone with the row of the key.
  const tell = (what: unknown) => what !== undefined && told.current?.focus();
  useEffect(() => void tell(notice), [notice]);
  useEffect(() => void tell(failure), [failure]);

  return (
    <div ref={told} tabIndex={-1} className="bw-keys-notice">
      {notice !== undefined && <Line key={notice.number} variant="success" text={notice.text} onClose={() => onNotice(undefined)} />}
      {failure !== undefined && <Line variant="danger" text={failure} onClose={() => onFailure(undefined)} />}
    </div>
  );
}

function Line({ variant, text, onClose }: { variant: "success" | "danger"; text: string; onClose: () => void }) {
  const { t } = useTexts();
  const close = () => {
    // The button that has the focus goes with the line.
    focusCreate();
    onClose();
  };
  return (
    <Alert
      variant={variant}
      isInline
      isLiveRegion
      component="p"
      title={text}
      variantLabel=""
      actionClose={<AlertActionCloseButton aria-label={t("close")} onClose={close} />}
    />
  );
}
