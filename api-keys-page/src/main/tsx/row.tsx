import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTexts } from "./context";
import type { ListedKey } from "./keys";

export type Action = { title: string; run: () => void };

/** The menu of a key. */
export function Actions({ of: key, actions }: { of: ListedKey; actions: Action[] }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusFirstItemOnOpen
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

/** What is special about a key; nothing for one that is simply active. */
export function Mark({ of: key }: { of: ListedKey }) {
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
