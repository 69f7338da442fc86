import { Button, Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem, Radio, Text, TextContent, TextInput } from "@patternfly/react-core";
import { AngleDownIcon, AngleRightIcon } from "@patternfly/react-icons";
import { useId, useState } from "react";
import type { CreatedKey } from "./api";
import { usePage } from "./context";
import { Failure, KeyModal, useWork } from "./modal";
import { FieldError, focusField } from "./field";
import { focusFault, LimitFields } from "./fields";
import { dateError, defaultDays, endOf, lastDay, localDay, presets, type Expiry } from "./keys";
import { chosen, NOTHING, read, type Faults, type Typed } from "./limits";

/** What the form begins with. */
export type Start = { name?: string; scopes?: string[]; expiry?: Expiry; limits?: Typed };

type Props = {
  start: Start;
  title?: string;
  /** An administrator may give a key more than the realm's rate limit. */
  isAdmin?: boolean;
  onClose: () => void;
  onShow: (key: CreatedKey, text: string) => void;
};

type Errors = { name?: string; scopes?: string; expiry?: string };

/** Name, permissions and end of a new key. */
export function CreateForm({ start, title, isAdmin = false, onClose, onShow }: Props) {
  const { t, api, settings, moment, message, askedToSignIn } = usePage();
  const [name, setName] = useState(start.name ?? "");
  const [scopes, setScopes] = useState<string[]>(start.scopes ?? []);
  const [expiry, setExpiry] = useState<Expiry>(start.expiry ?? { days: defaultDays(settings.maxLifeDays) });
  const [limits, setLimits] = useState(start.limits ?? NOTHING);
  const [isOpen, setOpen] = useState(start.limits !== undefined && JSON.stringify(start.limits) !== JSON.stringify(NOTHING));
  const [errors, setErrors] = useState<Errors>({});
  const [faults, setFaults] = useState<Faults>({});
  const { failure, busy, run } = useWork(message, (error) => askedToSignIn(error, { action: "create", name, scopes, expiry, limits }));
  const id = useId();

  const end = endOf(expiry, settings.maxLifeDays, Date.now());
  const submit = () => {
    const found: Errors = {};
    if (name.trim() === "" || name.trim().length > 100) {
      found.name = t("bulwarkKeysErrorName");
    }
    if (scopes.length === 0 && settings.scopes.length > 0) {
      found.scopes = t("bulwarkKeysErrorNoScope");
    }
    if (end === undefined) {
      found.expiry = t(dateError(settings.maxLifeDays), { days: settings.maxLifeDays });
    }
    const result = read(limits, isAdmin ? null : settings.rateLimit);
    const wrong = "faults" in result ? result.faults : {};
    setErrors(found);
    setFaults(wrong);
    const first = (["name", "scopes", "expiry"] as const).find((field) => found[field] !== undefined);
    if (first !== undefined) {
      focusField({ name: `${id}-name`, scopes: `${id}-scope-0`, expiry: `${id}-date` }[first]);
      return;
    }
    if ("faults" in result) {
      setOpen(true);
      // After the section is open.
      setTimeout(() => focusFault(id, wrong), 0);
      return;
    }
    // The longest life is left to the server, whose clock counts.
    const longest = typeof expiry === "object" && "days" in expiry && expiry.days === settings.maxLifeDays;
    const expiresAt = longest || !end ? null : end.toISOString();
    void run(async () => onShow(await api.create({ name: name.trim(), scopes, expiresAt, ...chosen(result.members) }), ""));
  };
  const choose = (scope: string, chosen: boolean) =>
    setScopes(chosen ? [...scopes, scope] : scopes.filter((other) => other !== scope));
  const isDays = (days: number) => typeof expiry === "object" && "days" in expiry && expiry.days === days;
  const isDate = typeof expiry === "object" && "date" in expiry;

  return (
    <KeyModal title={title ?? t("bulwarkKeysCreate")} label={t("bulwarkKeysCreateNow")} busy={busy} makesKey onSubmit={submit} onClose={onClose}>
      <Failure text={failure} />
      <FormGroup label={t("bulwarkKeysName")} fieldId={`${id}-name`} isRequired>
        <TextInput
          id={`${id}-name`}
          value={name}
          maxLength={100}
          autoFocus
          isRequired
          placeholder={t("bulwarkKeysNameExample")}
          onChange={(_, value) => setName(value)}
          validated={errors.name === undefined ? "default" : "error"}
          aria-invalid={errors.name !== undefined}
          aria-describedby={errors.name === undefined ? undefined : `${id}-name-error`}
        />
        <FieldError id={`${id}-name-error`} text={errors.name} />
      </FormGroup>
      <FormGroup
        role="group"
        label={t("bulwarkKeysPermissions")}
        fieldId={`${id}-scopes`}
        isStack
        isRequired={settings.scopes.length > 0}
        aria-describedby={errors.scopes === undefined ? `${id}-scopes-help` : `${id}-scopes-error`}
      >
        {settings.scopes.map((scope, index) => (
          <Checkbox
            key={scope.name}
            id={`${id}-scope-${index}`}
            label={scope.text}
            description={scope.text === scope.name ? undefined : <code>{scope.name}</code>}
            isChecked={scopes.includes(scope.name)}
            onChange={(_, chosen) => choose(scope.name, chosen)}
            aria-invalid={errors.scopes !== undefined}
          />
        ))}
        {settings.scopes.length === 0 && <Text>{t("bulwarkKeysNoScopes")}</Text>}
        {settings.scopes.length > 0 && errors.scopes === undefined && (
          <FormHelperText>
            <HelperText id={`${id}-scopes-help`}>
              <HelperTextItem>{t("bulwarkKeysScopesHelp")}</HelperTextItem>
            </HelperText>
          </FormHelperText>
        )}
        <FieldError id={`${id}-scopes-error`} text={errors.scopes} />
      </FormGroup>
      <FormGroup role="radiogroup" label={t("bulwarkKeysExpires")} fieldId={`${id}-expiry`} isStack>
        {presets(settings.maxLifeDays).map((days) => (
          <Radio
            key={days}
            id={`${id}-days-${days}`}
            name={`${id}-expiry`}
            label={t(days === 1 ? "bulwarkKeysDay" : "bulwarkKeysDays", { days })}
            isChecked={isDays(days)}
            onChange={() => setExpiry({ days })}
          />
        ))}
        <Radio
          id={`${id}-on-date`}
          name={`${id}-expiry`}
          label={t("bulwarkKeysOnDate")}
          isChecked={isDate}
          onChange={() => setExpiry({ date: "" })}
          body={
            isDate && (
              <>
                <TextInput
                  id={`${id}-date`}
                  type="date"
                  aria-label={t("bulwarkKeysDate")}
                  value={expiry.date}
                  min={localDay(new Date())}
                  max={lastDay(settings.maxLifeDays, Date.now())}
                  onChange={(_, date) => setExpiry({ date })}
                  validated={errors.expiry === undefined ? "default" : "error"}
                  aria-invalid={errors.expiry !== undefined}
                  aria-describedby={errors.expiry === undefined ? undefined : `${id}-date-error`}
                />
                <FieldError id={`${id}-date-error`} text={errors.expiry} />
              </>
            )
          }
        />
        {settings.maxLifeDays === 0 && (
          <Radio
            id={`${id}-never`}
            name={`${id}-expiry`}
            label={t("bulwarkKeysNeverExpires")}
            isChecked={expiry === "never"}
            onChange={() => setExpiry("never")}
          />
        )}
      </FormGroup>
      <TextContent aria-live="polite">
        <Text component="small">
          {end === null && t("bulwarkKeysNeverText")}
          {end && t("bulwarkKeysExpiresOn", { date: moment(end) })}
        </Text>
      </TextContent>
      {settings.settable.length > 0 && (
        <div>
          <Button
            variant="link"
            isInline
            type="button"
            icon={isOpen ? <AngleDownIcon /> : <AngleRightIcon />}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            data-testid="keys-limits"
          >
            {t("bulwarkKeysEdit")}
          </Button>
        </div>
      )}
      {isOpen && <LimitFields id={id} typed={limits} faults={faults} settings={settings} onChange={setLimits} />}
    </KeyModal>
  );
}
