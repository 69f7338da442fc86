import { FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, TextArea, TextInput } from "@patternfly/react-core";
import type { RateLimit, Settings } from "./api";
import { useTexts, type Texts } from "./context";
import { FieldError, focusField } from "./field";
import { WINDOWS, type Faults, type Typed } from "./limits";

type Props = {
  /** Begins the ids of the fields. */
  id: string;
  typed: Typed;
  faults: Faults;
  settings: Pick<Settings, "rateLimit" | "settable">;
  onChange: (typed: Typed) => void;
};

/** Rate limit, networks and metadata of a key, as far as the realm lets the user set them. */
export function LimitFields({ id, typed, faults, settings, onChange }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const may = (member: string) => settings.settable.includes(member);
  return (
    <>
      {may("rateLimit") && (
        <FormGroup role="group" label={t("bulwarkKeysRateLimit")} fieldId={`${id}-limit`}>
          <div className="bw-keys-limit">
            <TextInput
              id={`${id}-requests`}
              type="number"
              min={1}
              aria-label={t("bulwarkKeysRateLimitRequests")}
              value={typed.requests}
              onChange={(_, requests) => onChange({ ...typed, requests })}
              {...validity(id, "requests", faults)}
            />
            <FormSelect
              id={`${id}-seconds`}
              aria-label={t("bulwarkKeysRateLimitWindow")}
              value={typed.seconds}
              onChange={(_, seconds) => onChange({ ...typed, seconds: Number(seconds) })}
            >
              {[...new Set([...WINDOWS, typed.seconds])].map((seconds) => (
                <FormSelectOption key={seconds} value={seconds} label={windowText(texts, seconds)} />
              ))}
            </FormSelect>
          </div>
          <Help
            id={id}
            field="requests"
            faults={faults}
            text={
              settings.rateLimit === null
                ? t("bulwarkKeysRateLimitHelp")
                : t("bulwarkKeysRateLimitRealm", { limit: limitText(texts, settings.rateLimit) })
            }
          />
        </FormGroup>
      )}
      {may("allowedNetworks") && (
        <FormGroup label={t("bulwarkKeysNetworks")} fieldId={`${id}-networks`}>
          <TextArea
            id={`${id}-networks`}
            className="bw-keys-code"
            rows={2}
            spellCheck={false}
            value={typed.networks}
            onChange={(_, networks) => onChange({ ...typed, networks })}
            {...validity(id, "networks", faults)}
          />
          <Help id={id} field="networks" faults={faults} text={t("bulwarkKeysNetworksHelp")} />
        </FormGroup>
      )}
      {may("metadata") && (
        <FormGroup label={t("bulwarkKeysMetadata")} fieldId={`${id}-metadata`}>
          <TextArea
            id={`${id}-metadata`}
            className="bw-keys-code"
            rows={2}
            spellCheck={false}
            value={typed.metadata}
            onChange={(_, metadata) => onChange({ ...typed, metadata })}
            {...validity(id, "metadata", faults)}
          />
          <Help id={id} field="metadata" faults={faults} text={t("bulwarkKeysMetadataHelp")} />
        </FormGroup>
      )}
    </>
  );
}

type Field = keyof Faults;

function validity(id: string, field: Field, faults: Faults) {
  const invalid = faults[field] !== undefined;
  return {
    validated: invalid ? ("error" as const) : ("default" as const),
    "aria-invalid": invalid,
    "aria-describedby": `${id}-${field}-${invalid ? "error" : "help"}`,
  };
}

function Help({ id, field, faults, text }: { id: string; field: Field; faults: Faults; text: string }) {
  const { t } = useTexts();
  const fault = faults[field];
  return fault === undefined ? (
    <FormHelperText>
      <HelperText id={`${id}-${field}-help`}>
        <HelperTextItem>{text}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  ) : (
    <FieldError id={`${id}-${field}-error`} text={t(fault)} />
  );
}

/** Moves the focus to the first field that has a fault. */
export function focusFault(id: string, faults: Faults): void {
  const first = (["requests", "networks", "metadata"] as const).find((field) => faults[field] !== undefined);
  if (first !== undefined) {
    focusField(`${id}-${first}`);
  }
}

function windowText({ t, number }: Texts, seconds: number): string {
  return WINDOWS.includes(seconds) ? t(`bulwarkKeysPer${seconds}`) : t("bulwarkKeysPerSeconds", { seconds: number(seconds) });
}

/** A rate limit in words: "100 per minute". */
export function limitText(texts: Texts, limit: RateLimit): string {
  return `${texts.number(limit.requests)} ${windowText(texts, limit.seconds)}`;
}
