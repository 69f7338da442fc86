import { Alert, Button, Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useId, useState } from "react";
import { useTexts } from "../context";
import { FieldError, focusField } from "../field";
import type { Blocked, OverviewApi, Refusal, Refusals } from "./api";
import { greatest } from "./bars";
import { Columns } from "./plots";

/** Most origins in the table. */
const SHOWN = 10;

type Props = {
  refusals: Refusals;
  api: OverviewApi;
  message: (error: unknown) => string;
  onDone: () => void;
};

/** Refused logins of the last hour, and the ways to lift a limit. */
export function RefusedLogins({ refusals, api, message, onDone }: Props) {
  const { t, number, locale } = useTexts();
  const [notice, setNotice] = useState<{ variant: "success" | "warning" | "danger"; text: string }>();
  const times = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const clock = (iso: string) => times.format(new Date(iso));
  const most = greatest(refusals.overTime.map(({ count }) => count));

  const unblock = async (blocked: Blocked) => {
    const name = "username" in blocked ? blocked.username : blocked.address;
    try {
      const { everywhere } = await api.unblock(blocked);
      setNotice({
        variant: everywhere ? "success" : "warning",
        text: t(everywhere ? "bulwarkOverviewUnblocked" : "bulwarkOverviewUnblockedHere", { name }),
      });
      onDone();
      return true;
    } catch (error) {
      setNotice({ variant: "danger", text: message(error) });
      return false;
    }
  };

  return (
    <>
      {refusals.stored ? (
        <>
          <p data-testid="refusals-total">
            {t("bulwarkOverviewRefused", { count: number(refusals.total) })}
            {!refusals.complete && ` ${t("bulwarkOverviewRefusedPart")}`}
          </p>
          {refusals.total > 0 && (
            <>
              <Columns
                summary={t("bulwarkOverviewRefusedSummary", { count: number(refusals.total), most: number(most) })}
                head={t("bulwarkOverviewTime")}
                valueHead={t("bulwarkOverviewRefusals")}
                columns={refusals.overTime}
                to={refusals.to}
                clock={clock}
              />
              <Origins origins={refusals.byOrigin.slice(0, SHOWN)} clock={clock} onUnblock={unblock} />
            </>
          )}
        </>
      ) : (
        <p>{t("bulwarkOverviewNoEvents")}</p>
      )}
      <UnblockForm onUnblock={unblock} />
      {notice !== undefined && (
        <Alert variant={notice.variant} isInline isLiveRegion component="p" title={notice.text} variantLabel="" data-testid="unblock-notice" />
      )}
    </>
  );
}

type OriginsProps = { origins: Refusal[]; clock: (iso: string) => string; onUnblock: (blocked: Blocked) => Promise<boolean> };

function Origins({ origins, clock, onUnblock }: OriginsProps) {
  const { t, number } = useTexts();
  return (
    <ul className="bw-refusals" aria-label={t("bulwarkOverviewOrigins")}>
      {origins.map((origin) => {
        const blocked = blockedBy(origin);
        const name = blocked === undefined ? "" : "username" in blocked ? blocked.username : blocked.address;
        return (
          <li key={`${origin.username} ${origin.address} ${origin.reason}`}>
            <div>
              <strong>{origin.username ?? t("bulwarkOverviewNoName")}</strong> <span>{origin.address}</span>
              <div className="bw-overview-muted">
                {t("bulwarkOverviewOrigin", {
                  count: number(origin.count),
                  last: clock(origin.lastAt),
                  reason: t(`bulwarkOverview-reason-${origin.reason ?? "unknown"}`),
                })}
              </div>
            </div>
            {blocked !== undefined && (
              <Button variant="secondary" size="sm" aria-label={t("bulwarkOverviewUnblockName", { name })} onClick={() => void onUnblock(blocked)}>
                {t("bulwarkOverviewUnblock")}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What has to be lifted for another attempt: the window that was full. A device has its own limit, which ends by itself. */
function blockedBy({ reason, username, address }: Refusal): Blocked | undefined {
  if (reason === "account" && username !== undefined) {
    return { username };
  }
  return (reason === "address" || reason === "network") && address !== undefined ? { address } : undefined;
}

function UnblockForm({ onUnblock }: { onUnblock: (blocked: Blocked) => Promise<boolean> }) {
  const { t } = useTexts();
  const id = useId();
  const [kind, setKind] = useState<"username" | "address">("username");
  const [value, setValue] = useState("");
  const [invalid, setInvalid] = useState(false);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    if (busy) {
      return;
    }
    const name = value.trim();
    if (name === "") {
      setInvalid(true);
      focusField(`${id}-name`);
      return;
    }
    setBusy(true);
    if (await onUnblock(kind === "username" ? { username: name } : { address: name })) {
      setValue("");
    }
    setBusy(false);
  };

  return (
    <Form
      className="bw-unblock"
      data-testid="unblock"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <FormGroup label={t("bulwarkOverviewUnblockKind")} fieldId={`${id}-kind`}>
        <FormSelect id={`${id}-kind`} value={kind} onChange={(_, chosen) => setKind(chosen as "username" | "address")}>
          <FormSelectOption value="username" label={t("bulwarkOverviewUnblockUser")} />
          <FormSelectOption value="address" label={t("bulwarkOverviewUnblockAddress")} />
        </FormSelect>
      </FormGroup>
      <FormGroup label={t(kind === "username" ? "bulwarkOverviewUnblockUser" : "bulwarkOverviewUnblockAddress")} fieldId={`${id}-name`} isRequired>
        <TextInput
          id={`${id}-name`}
          value={value}
          maxLength={255}
          isRequired
          autoComplete="off"
          validated={invalid ? "error" : "default"}
          aria-describedby={invalid ? `${id}-error` : undefined}
          onChange={(_, typed) => {
            setValue(typed);
            setInvalid(false);
          }}
        />
        <FieldError id={`${id}-error`} text={invalid ? t("bulwarkOverviewUnblockMissing") : undefined} />
      </FormGroup>
      <Button type="submit" variant="secondary" isLoading={busy} spinnerAriaValueText={t("bulwarkKeysBusy")}>
        {t("bulwarkOverviewUnblock")}
      </Button>
    </Form>
  );
}
