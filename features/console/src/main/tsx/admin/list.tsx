import {
  Button,
  Checkbox,
  EmptyState,
  EmptyStateHeader,
  EmptyStateIcon,
  FormGroup,
  FormSelect,
  FormSelectOption,
  SearchInput,
  Spinner,
} from "@patternfly/react-core";
import { KeyIcon, SearchIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { useTexts } from "../context";
import { EditKey } from "../edit";
import { focusKey, isFocusUnmoved } from "../focus";
import { withStates, type ListedKey } from "../keys";
import { noticeOf, Notices, type Notice } from "../notices";
import { KeyPagination } from "../pagination";
import { activations, KeyCells, type Action } from "../row";
import type { AdminApi, Owner } from "./api";
import { CHOICES, fromAddress, isFiltered, START, toAddress, type Query } from "./query";
import { RevokeDialog } from "./revoke";

type Props = {
  api: AdminApi;
  ownerAddress: (owner: Owner) => string;
  /** Changes when the list has to be loaded again. */
  changes: number;
  onCreate: () => void;
  message: (error: unknown) => string;
};

type Row = ListedKey & { owner: Owner };

type Page = { rows: Row[]; total: number };

/** Administrators may set all of it, whatever the realm's own limit. */
const EVERYTHING = { settable: ["rateLimit", "allowedNetworks", "metadata"], rateLimit: null };

/** Milliseconds after the last letter until a search begins. */
const PAUSE = 300;

/** Keys of all owners: search, filters and pages by the server, and what can be done with them. */
export function AdminList({ api, ownerAddress, changes, onCreate, message }: Props) {
  const { t, number } = useTexts();
  const [query, setQuery] = useState<Query>(() => fromAddress(location.search));
  const [text, setText] = useState(query.search);
  const [page, setPage] = useState<Page>();
  const [chosen, setChosen] = useState<ReadonlyMap<string, Row>>(new Map());
  const [revoking, setRevoking] = useState<Row[]>();
  const [editing, setEditing] = useState<Row>();
  const [notice, setNotice] = useState<Notice>();
  const [failure, setFailure] = useState<string>();
  const latest = useRef(0);
  const told = useRef(message);
  told.current = message;

  const load = useCallback(async () => {
    const request = ++latest.current;
    try {
      const found = await api.search(query);
      if (request !== latest.current) {
        return;
      }
      const last = Math.max(1, Math.ceil(found.total / query.perPage));
      if (query.page > last) {
        setQuery((before) => ({ ...before, page: last }));
        return;
      }
      setPage({ rows: withStates(found.keys, Date.now()), total: found.total });
    } catch (error) {
      if (request === latest.current) {
        setFailure(told.current(error));
        setPage((before) => before ?? { rows: [], total: -1 });
      }
    }
  }, [api, query]);

  useEffect(() => {
    const realm = new URLSearchParams(location.search).get("realm");
    history.replaceState(history.state, "", location.pathname + toAddress(query, realm));
    setFailure(undefined);
    void load();
  }, [load, query, changes]);

  useEffect(() => {
    if (text === query.search) {
      return undefined;
    }
    const timer = setTimeout(() => change({ search: text }), PAUSE);
    return () => clearTimeout(timer);
  }, [text, query]);

  const change = (changed: Partial<Query>) => {
    setChosen(new Map());
    setQuery((before) => ({ ...before, page: 1, ...changed }));
  };
  const choose = (rows: Row[], isChosen: boolean) => {
    const next = new Map(chosen);
    rows.forEach((row) => (isChosen ? next.set(row.id, row) : next.delete(row.id)));
    setChosen(next);
  };
  const activate = async (row: Row, active: boolean) => {
    setFailure(undefined);
    try {
      await api.activate(row.id, active);
      setNotice(noticeOf(t(active ? "bulwarkKeysActivated" : "bulwarkAdminDeactivated", { name: row.name })));
    } catch (error) {
      setNotice(undefined);
      setFailure(told.current(error));
    }
    await load();
  };
  const revoked = async (done: string) => {
    setRevoking(undefined);
    setChosen(new Map());
    setNotice(noticeOf(done));
    setFailure(undefined);
    await load();
  };

  const pagination = (where: "top" | "bottom") =>
    page !== undefined &&
    page.total > 10 && (
      <KeyPagination
        count={page.total}
        page={query.page}
        perPage={query.perPage}
        onPage={(next) => change({ page: next })}
        onPerPage={(perPage) => change({ perPage })}
        where={where}
      />
    );

  return (
    <>
      <Notices notice={notice} onNotice={setNotice} failure={failure} onFailure={setFailure} />
      <Filters query={query} text={text} onText={setText} onChange={change} />
      <div className="bw-admin-bar">
        <Button onClick={onCreate} data-testid="keys-create">
          {t("bulwarkAdminCreate")}
        </Button>
        {chosen.size > 0 && (
          <Button variant="secondary" isDanger onClick={() => setRevoking([...chosen.values()])} data-testid="keys-revoke">
            {t("bulwarkAdminRevokeChosen", { count: number(chosen.size) })}
          </Button>
        )}
        <span role="status" className="bw-keys-count" data-testid="keys-total">
          {page !== undefined && page.total >= 0 && t(page.total === 1 ? "bulwarkAdminCountOne" : "bulwarkAdminCount", { count: number(page.total) })}
        </span>
        {pagination("top")}
      </div>
      {page === undefined && <Spinner aria-label={t("bulwarkKeysBusy")} />}
      {page?.total === 0 && (
        <EmptyState>
          <EmptyStateHeader
            titleText={isFiltered(query) ? t("bulwarkAdminNoMatch") : t("bulwarkAdminEmpty")}
            headingLevel="h2"
            icon={<EmptyStateIcon icon={isFiltered(query) ? SearchIcon : KeyIcon} />}
          />
        </EmptyState>
      )}
      {page !== undefined && page.rows.length > 0 && (
        <Table aria-label={t("bulwarkKeys")} variant="compact" gridBreakPoint="grid-xl" data-testid="keys">
          <Thead>
            <Tr>
              <Th>
                <Checkbox
                  id="keys-all"
                  aria-label={t("bulwarkAdminChooseAll")}
                  isChecked={page.rows.every(({ id }) => chosen.has(id))}
                  onChange={(_, isChosen) => choose(page.rows, isChosen)}
                />
              </Th>
              <Th modifier="wrap" width={20}>
                {t("bulwarkKeysName")}
              </Th>
              <Th modifier="wrap" width={15}>
                {t("bulwarkAdminOwner")}
              </Th>
              <Th modifier="wrap">{t("bulwarkKeysPermissions")}</Th>
              <Th modifier="wrap">{t("bulwarkKeysCreated")}</Th>
              <Th modifier="wrap">{t("bulwarkKeysExpires")}</Th>
              <Th modifier="wrap">{t("bulwarkKeysLastUsed")}</Th>
              <Th modifier="wrap">{t("bulwarkKeysRequests")}</Th>
              <Th screenReaderText={t("bulwarkKeysActions")} />
            </Tr>
          </Thead>
          <Tbody>
            {page.rows.map((row) => (
              <KeyRow
                key={row.id}
                of={row}
                address={ownerAddress(row.owner)}
                isChosen={chosen.has(row.id)}
                onChoose={(isChosen) => choose([row], isChosen)}
                onActivate={(active) => void activate(row, active)}
                onEdit={() => setEditing(row)}
                onRevoke={() => setRevoking([row])}
              />
            ))}
          </Tbody>
        </Table>
      )}
      {pagination("bottom")}
      {editing !== undefined && (
        <EditKey
          of={editing}
          api={api}
          settings={EVERYTHING}
          message={message}
          onClose={(changed) => {
            setEditing(undefined);
            if (!changed) {
              // The menu item that has opened the dialog is gone. A change has a notice, which takes the focus.
              setTimeout(() => focusKey(editing.id), 0);
            }
          }}
          onChanged={async (done) => {
            setNotice(noticeOf(done));
            setFailure(undefined);
            await load();
          }}
        />
      )}
      {revoking !== undefined && (
        <RevokeDialog
          keys={revoking}
          api={api}
          message={message}
          onClose={() => {
            setRevoking(undefined);
            // What has opened the dialog may be gone: the item of a menu, or the button for chosen keys when a search that was typed before begins.
            setTimeout(() => isFocusUnmoved() && focusKey(revoking.length === 1 ? revoking[0]?.id : undefined), 0);
          }}
          onRevoked={(done) => void revoked(done)}
        />
      )}
    </>
  );
}

type FiltersProps = {
  query: Query;
  text: string;
  onText: (text: string) => void;
  onChange: (changed: Partial<Query>) => void;
};

const SELECTS = ["owner", "state", "expires", "unused", "sort"] as const;

function Filters({ query, text, onText, onChange }: FiltersProps) {
  const { t } = useTexts();
  const id = useId();
  const search = useRef<HTMLInputElement>(null);
  const isStart = !isFiltered(query) && query.sort === START.sort;
  return (
    <form
      className="bw-admin-filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ search: text });
      }}
    >
      <div className="bw-admin-search">
        <SearchInput
          ref={search}
          aria-label={t("bulwarkAdminSearch")}
          placeholder={t("bulwarkAdminSearch")}
          resetButtonLabel={t("bulwarkKeysClear")}
          value={text}
          maxLength={200}
          onChange={(_, value) => onText(value)}
          onClear={() => onText("")}
        />
      </div>
      {SELECTS.map((name) => (
        <FormGroup key={name} label={t(`bulwarkAdmin-${name}`)} fieldId={`${id}-${name}`}>
          <FormSelect id={`${id}-${name}`} name={name} value={query[name]} onChange={(_, value) => onChange({ [name]: value })}>
            {CHOICES[name].map((choice) => (
              <FormSelectOption key={choice} value={choice} label={t(`bulwarkAdmin-${name}-${choice === "" ? "any" : choice}`)} />
            ))}
          </FormSelect>
        </FormGroup>
      ))}
      {!isStart && (
        <Button
          variant="link"
          className="bw-admin-reset"
          onClick={() => {
            // The button is gone when nothing is chosen.
            search.current?.focus();
            onText("");
            onChange(START);
          }}
        >
          {t("bulwarkAdminReset")}
        </Button>
      )}
    </form>
  );
}

type RowProps = {
  of: Row;
  address: string;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
  onActivate: (active: boolean) => void;
  onEdit: () => void;
  onRevoke: () => void;
};

function KeyRow({ of: key, address, isChosen, onChoose, onActivate, onEdit, onRevoke }: RowProps) {
  const { t } = useTexts();
  const actions: Action[] = [...activations(key, t, onActivate), { title: t("bulwarkKeysEdit"), run: onEdit }, { title: t("bulwarkAdminRevoke"), run: onRevoke }];
  return (
    <Tr>
      <Td className="bw-admin-choice">
        <Checkbox
          id={`key-${key.id}`}
          aria-label={t("bulwarkAdminChoose", { name: key.name, owner: key.owner.name })}
          isChecked={isChosen}
          onChange={(_, value) => onChoose(value)}
        />
      </Td>
      <KeyCells of={key} actions={actions}>
        <Td dataLabel={t("bulwarkAdminOwner")} modifier="breakWord">
          <a href={address}>{key.owner.name}</a>
          <span className="bw-admin-type">{t(`bulwarkAdmin-type-${key.owner.type}`)}</span>
        </Td>
      </KeyCells>
    </Tr>
  );
}
