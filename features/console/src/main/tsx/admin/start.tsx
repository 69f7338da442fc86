import "@patternfly/react-core/dist/styles/base.css";
import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";
import { addressAtConsole, readEnvironment, type AdminEnvironment } from "./environment";

/** Shows a page for administrators, light or dark as the browser prefers. */
export function start(page: (environment: AdminEnvironment) => ReactElement): void {
  const environment = readEnvironment();
  const address = addressAtConsole(environment, location.href);
  if (address !== undefined) {
    location.replace(address);
    return;
  }
  if (environment.darkMode) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const update = () => document.documentElement.classList.toggle("pf-v5-theme-dark", dark.matches);
    dark.addEventListener("change", update);
    update();
  }
  const app = document.getElementById("app");
  if (app !== null) {
    createRoot(app).render(page(environment));
  }
}
