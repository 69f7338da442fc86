import { AdminPage } from "./page";
import { start } from "./start";

start((environment) => <AdminPage environment={environment} />);
