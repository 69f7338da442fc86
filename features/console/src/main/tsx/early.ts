import { askAhead } from "./begun";
import { isBack, isKeysPage } from "./early-rules";

/*
 * A script of the account theme, so on each page of the console. On that of API keys it loads the page and its data while the console itself
 * still starts. The console begins twice: it leaves for the sign-in, and comes back with a code. Only then somebody is signed in; before,
 * the page would only delay the console on its way to the sign-in.
 */
const [navigation] = performance.getEntriesByType("navigation");
if (isKeysPage(location.pathname) && isBack(navigation?.name ?? location.href)) {
  askAhead();
  void import("./page");
}
