import "./overview.css";
import { start } from "../admin/start";
import { OverviewPage } from "./page";

start((environment) => <OverviewPage environment={environment} />);
