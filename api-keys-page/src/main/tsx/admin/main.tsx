import "@patternfly/react-core/dist/styles/base.css";
import { createRoot } from "react-dom/client";
import { readEnvironment } from "./environment";
import { AdminPage } from "./page";

const environment = readEnvironment();

if (environment.darkMode) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const update = () => document.documentElement.classList.toggle("pf-v5-theme-dark", dark.matches);
  dark.addEventListener("change", update);
  update();
}

const app = document.getElementById("app");
if (app !== null) {
  createRoot(app).render(<AdminPage environment={environment} />);
}
