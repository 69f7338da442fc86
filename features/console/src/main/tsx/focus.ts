import { useLayoutEffect } from "react";

/** Moves the focus to the button that makes a key, which is above every list. */
export function focusCreate(): void {
  document.querySelector<HTMLElement>("[data-testid=keys-create]")?.focus();
}

/** Moves the focus to the menu of a key, or to the button that makes one where the list does not show the key. */
export function focusKey(id: string | undefined): void {
  const menu = id === undefined ? null : document.querySelector<HTMLElement>(`[data-key="${CSS.escape(id)}"]`);
  if (menu === null) {
    focusCreate();
  } else {
    menu.focus();
  }
}

/** Whether the focus is nowhere, or where focusKey puts it for a key that no list shows yet: then nobody has moved it. */
export function isFocusUnmoved(): boolean {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.matches("[data-testid=keys-create]");
}

/** How many dialogs are open: two, for a moment, where one gives way to the next. */
let dialogs = 0;

/**
 * Keeps the focus out of the page as long as a dialog is open. PatternFly alone lets it out after a click beside the dialog, and gives it back to the
 * page before the next dialog takes it: what somebody types meanwhile would be lost.
 */
export function usePageBehindDialog(): void {
  useLayoutEffect(() => {
    dialogs += 1;
    setReachable();
    return () => {
      dialogs -= 1;
      setReachable();
    };
  }, []);
}

function setReachable(): void {
  const page = document.getElementById("app");
  if (page !== null) {
    page.inert = dialogs > 0;
  }
}
