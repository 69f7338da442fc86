import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons";
import { Td } from "@patternfly/react-table";
import { useState, type ReactNode } from "react";
import type { Translate } from "./console";
import { useTexts } from "./context";
import { limitText } from "./fields";
import { lastMoment, type ListedKey } from "./keys";

export type Action = { title: string; run: () => void };

type CellsProps = {
  of: ListedKey;
  actions: Action[];
  scopeText?: (name: string) => string;
  children?: ReactNode;
};

/** The cells of a key, with others after that of its name. */
export function KeyCells({ of: key, actions, scopeText = (name) => name, children }: CellsProps) {
  const { t, moment, number } = useTexts();
  const time = (iso: string, shown: string | Date = iso) => <time dateTime={iso}>{moment(shown)}</time>;
  return (
    <>
      <Td modifier="breakWord">
        <strong className="bw-keys-name">{key.name}</strong>
        {key.prefix !== "" && <code className="bw-keys-prefix">{key.prefix}…</code>}
        <Mark of={key} />
        <Limits of={key} />
      </Td>
      {children}
      <Td dataLabel={t("bulwarkKeysPermissions")} modifier="breakWord">
        {key.scopes.length === 0 ? t("bulwarkKeysNone") : key.scopes.map((scope) => <div key={scope}>{scopeText(scope)}</div>)}
      </Td>
      <Td dataLabel={t("bulwarkKeysCreated")}>{time(key.createdAt)}</Td>
      <Td dataLabel={t("bulwarkKeysExpires")}>{key.expiresAt === null ? t("bulwarkKeysNever") : time(key.expiresAt, lastMoment(key.expiresAt))}</Td>
      <Td dataLabel={t("bulwarkKeysLastUsed")}>{key.lastUsedAt === null ? t("bulwarkKeysUnused") : time(key.lastUsedAt)}</Td>
      <Td dataLabel={t("bulwarkKeysRequests")}>{number(key.requestCount)}</Td>
      <Td isActionCell>
        <Actions of={key} actions={actions} />
      </Td>
    </>
  );
}

/** Activation or deactivation, whichever the state of a key allows. */
export function activations({ state }: ListedKey, t: Translate, activate: (active: boolean) => void): Action[] {
  if (state === "inactive") {
    return [{ title: t("bulwarkKeysActivate"), run: () => activate(true) }];
  }
  return state === "active" || state === "ending" ? [{ title: t("bulwarkKeysDeactivate"), run: () => activate(false) }] : [];
}

/** The menu of a key. */
function Actions({ of: key, actions }: { of: ListedKey; actions: Action[] }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusFirstItemOnOpen
      shouldFocusToggleOnSelect
      popperProps={{ position: "right" }}
      toggle={(toggle) => (
        <MenuToggle
          ref={toggle}
          variant="plain"
          onClick={() => setOpen(!open)}
          isExpanded={open}
          data-key={key.id}
          aria-label={t("bulwarkKeysActionsFor", { name: key.name })}
        >
          <EllipsisVIcon />
        </MenuToggle>
      )}
    >
      <DropdownList>
        {actions.map(({ title, run }) => (
          <DropdownItem key={title} onClick={run}>
            {title}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}

/** What restricts a key, and its metadata. */
function Limits({ of: key }: { of: ListedKey }) {
  const texts = useTexts();
  const { t } = texts;
  return (
    <>
      {key.rateLimit !== null && (
        <span className="bw-keys-limits">{t("bulwarkKeysRateLimitShown", { limit: limitText(texts, key.rateLimit) })}</span>
      )}
      {key.allowedNetworks !== null && (
        <span className="bw-keys-limits">{t("bulwarkKeysNetworksShown", { networks: key.allowedNetworks.join(", ") })}</span>
      )}
      {Object.entries(key.metadata).map(([name, value]) => (
        <span key={name} className="bw-keys-limits">
          {name}: {value}
        </span>
      ))}
    </>
  );
}

/** What is special about a key; nothing for one that is simply active. */
function Mark({ of: key }: { of: ListedKey }) {
  const { t, moment } = useTexts();
  const text = {
    active: undefined,
    ending: t("bulwarkKeysEnding", { until: key.graceUntil === null ? "" : moment(key.graceUntil) }),
    inactive: t("bulwarkKeysInactive"),
    expired: t("bulwarkKeysExpired"),
    replaced: t("bulwarkKeysReplaced"),
  }[key.state];
  return (
    <>
      {text !== undefined && <span className={`bw-keys-mark bw-keys-${key.state}`}>{text}</span>}
      {key.replaces !== undefined && (
        <span className="bw-keys-mark bw-keys-new">{t("bulwarkKeysNew", { prefix: key.replaces.prefix })}</span>
      )}
    </>
  );
}
