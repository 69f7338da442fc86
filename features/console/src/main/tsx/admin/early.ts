import { begin } from "./begun";
import { addressAtConsole, readEnvironment } from "./environment";

const environment = readEnvironment();
if (addressAtConsole(environment, location.href) === undefined) {
  begin(environment);
}
