import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  EmptyStateHeader,
  EmptyStateIcon,
  SearchInput,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from "@patternfly/react-core";
import { KeyIcon, SearchIcon } from "@patternfly/react-icons";
import { Table, Tbody, Th, Thead, Tr } from "@patternfly/react-table";
import { useMemo, useState } from "react";
import type { Key } from "./api";
import { usePage } from "./context";
import type { Dialog } from "./dialogs";
import { describe, isCounted, search, type ListedKey } from "./keys";
import { Notices, type Notice } from "./notices";
import { KeyPagination } from "./pagination";
import { activations, KeyCells, type Action } from "./row";

type Props = {
  keys: Key[];
  notice: Notice | undefined;
  onNotice: (notice: undefined) => void;
  failure: string | undefined;
  onFailure: (failure: string | undefined) => void;
  onOpen: (dialog: Dialog) => void;
  onChanged: (notice?: string) => Promise<unknown>;
};

const PER_PAGE = 10;

/** All keys of the owner: search, pages, and what can be done with each. */
export function KeyList({ keys, notice, onNotice, failure, onFailure, onOpen, onChanged }: Props) {
  const { t, settings, number, scopeText, message } = usePage();
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const [perPage, setPerPage] = useState(PER_PAGE);

  const listed = useMemo(() => describe(keys, Date.now()), [keys]);
  const counted = useMemo(() => keys.filter((key) => isCounted(key, Date.now())).length, [keys]);
  const found = useMemo(() => search(listed, text, scopeText), [listed, text, scopeText]);
  const lastPage = Math.max(1, Math.ceil(found.length / perPage));
  const shown = Math.min(page, lastPage);

  const change = async (work: () => Promise<unknown>, done: string, onError: (error: unknown) => boolean) => {
    onFailure(undefined);
    try {
      await work();
    } catch (error) {
      if (!onError(error)) {
        onNotice(undefined);
        onFailure(message(error));
      }
      return;
    }
    await onChanged(done);
  };

  const create = (
    <Button onClick={() => onOpen({ kind: "create", start: {} })} data-testid="keys-create">
      {t("bulwarkKeysCreate")}
    </Button>
  );
  const pagination = (where: "top" | "bottom") => (
    <KeyPagination
      count={found.length}
      page={shown}
      perPage={perPage}
      onPage={setPage}
      onPerPage={(next) => {
        setPerPage(next);
        setPage(1);
      }}
      where={where}
    />
  );

  return (
    <>
      <Notices notice={notice} onNotice={onNotice} failure={failure} onFailure={onFailure} />
      {keys.length === 0 ? (
        <EmptyState>
          <EmptyStateHeader
            titleText={t("bulwarkKeysEmpty")}
            headingLevel="h2"
            icon={<EmptyStateIcon icon={KeyIcon} />}
          />
          <EmptyStateBody>{t("bulwarkKeysEmptyText")}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>{create}</EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      ) : (
        <>
          <Toolbar>
            <ToolbarContent>
              <ToolbarItem variant="search-filter">
                <SearchInput
                  aria-label={t("bulwarkKeysSearch")}
                  placeholder={t("bulwarkKeysSearch")}
                  resetButtonLabel={t("bulwarkKeysClear")}
                  value={text}
                  onChange={(_, value) => {
                    setText(value);
                    setPage(1);
                  }}
                  onClear={() => setText("")}
                />
              </ToolbarItem>
              <ToolbarItem>{create}</ToolbarItem>
              <ToolbarItem className="bw-keys-count">
                {t(settings.maxKeys === 1 ? "bulwarkKeysCountOne" : "bulwarkKeysCount", { count: number(counted), max: number(settings.maxKeys) })}
              </ToolbarItem>
              {found.length > PER_PAGE && (
                <ToolbarItem variant="pagination">{pagination("top")}</ToolbarItem>
              )}
            </ToolbarContent>
          </Toolbar>
          <div role="status" className="bw-keys-status">
            {text !== "" && found.length === 0 && (
              <EmptyState variant="sm">
                <EmptyStateHeader
                  titleText={t("bulwarkKeysNoMatch", { text })}
                  headingLevel="h2"
                  icon={<EmptyStateIcon icon={SearchIcon} />}
                />
              </EmptyState>
            )}
          </div>
          {found.length > 0 && (
            <Table aria-label={t("bulwarkKeys")} variant="compact" gridBreakPoint="grid-lg" data-testid="keys">
              <Thead>
                <Tr>
                  <Th modifier="wrap">{t("bulwarkKeysName")}</Th>
                  <Th modifier="wrap">{t("bulwarkKeysPermissions")}</Th>
                  <Th modifier="wrap">{t("bulwarkKeysCreated")}</Th>
                  <Th modifier="wrap">{t("bulwarkKeysExpires")}</Th>
                  <Th modifier="wrap">{t("bulwarkKeysLastUsed")}</Th>
                  <Th modifier="wrap">{t("bulwarkKeysRequests")}</Th>
                  <Th screenReaderText={t("bulwarkKeysActions")} />
                </Tr>
              </Thead>
              <Tbody>
                {found.slice((shown - 1) * perPage, shown * perPage).map((key) => (
                  <Row key={key.id} of={key} onOpen={onOpen} onChange={change} />
                ))}
              </Tbody>
            </Table>
          )}
          {found.length > PER_PAGE && pagination("bottom")}
        </>
      )}
    </>
  );
}

type RowProps = {
  of: ListedKey;
  onOpen: (dialog: Dialog) => void;
  onChange: (work: () => Promise<unknown>, done: string, onError: (error: unknown) => boolean) => Promise<void>;
};

function Row({ of: key, onOpen, onChange }: RowProps) {
  const { t, scopeText, api, settings, askedToSignIn } = usePage();
  const activate = (active: boolean) =>
    onChange(
      () => api.activate(key.id, active),
      t(active ? "bulwarkKeysActivated" : "bulwarkKeysDeactivated", { name: key.name }),
      (error) => askedToSignIn(error, { action: "activate", id: key.id }),
    );
  const edit = { title: t("bulwarkKeysEdit"), run: () => onOpen({ kind: "edit", key }) };
  const replace = { title: t("bulwarkKeysReplace"), run: () => onOpen({ kind: "replace", key }) };
  const actions: Action[] = [
    { title: t("bulwarkKeysRename"), run: () => onOpen({ kind: "rename", key }) },
    ...(settings.settable.length > 0 ? [edit] : []),
    ...(key.state === "active" ? [replace] : []),
    ...activations(key, t, (active) => void activate(active)),
    { title: t("bulwarkKeysDelete"), run: () => onOpen({ kind: "delete", key }) },
  ];
  return (
    <Tr>
      <KeyCells of={key} actions={actions} scopeText={scopeText} />
    </Tr>
  );
}
