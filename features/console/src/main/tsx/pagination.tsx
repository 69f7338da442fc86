import { Pagination } from "@patternfly/react-core";
import { useEffect, useRef } from "react";
import { useTexts } from "./context";

type Props = {
  count: number;
  page: number;
  perPage: number;
  onPage: (page: number) => void;
  onPerPage: (perPage: number) => void;
  where: "top" | "bottom";
};

/** Pages of keys, with all texts in the language of the page. */
export function KeyPagination({ count, page, perPage, onPage, onPerPage, where }: Props) {
  const { t, number } = useTexts();
  const pressed = useRef<Element>();

  // On the last page the button for the next one is disabled and would take the focus along; so on the first page.
  useEffect(() => {
    if (pressed.current?.matches(":disabled")) {
      pressed.current.closest("nav")?.querySelector<HTMLElement>(":is([data-action=previous], [data-action=next]):enabled")?.focus();
    }
    pressed.current = undefined;
  }, [page]);

  return (
    <Pagination
      itemCount={count}
      page={page}
      perPage={perPage}
      perPageOptions={[10, 20, 50].map((value) => ({ title: number(value), value }))}
      onSetPage={({ currentTarget }, next) => {
        pressed.current = currentTarget instanceof Element ? currentTarget : undefined;
        onPage(next);
      }}
      onPerPageSelect={(_, next) => onPerPage(next)}
      variant={where}
      isCompact={where === "top"}
      widgetId={`keys-${where}`}
      titles={{
        items: "",
        page: "",
        itemsPerPage: t("bulwarkKeysPerPage"),
        perPageSuffix: t("bulwarkKeysPerPageSuffix"),
        toFirstPageAriaLabel: t("bulwarkKeysFirstPage"),
        toPreviousPageAriaLabel: t("bulwarkKeysPreviousPage"),
        toNextPageAriaLabel: t("bulwarkKeysNextPage"),
        toLastPageAriaLabel: t("bulwarkKeysLastPage"),
        optionsToggleAriaLabel: t("bulwarkKeysPerPage"),
        currPageAriaLabel: t("bulwarkKeysPage"),
        paginationAriaLabel: t(where === "top" ? "bulwarkKeysPagesTop" : "bulwarkKeysPagesBottom"),
        ofWord: t("bulwarkKeysOf"),
      }}
    />
  );
}
