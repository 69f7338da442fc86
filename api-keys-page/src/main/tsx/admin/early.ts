import { begin } from "./begun";
import { readEnvironment } from "./environment";

begin(readEnvironment());
