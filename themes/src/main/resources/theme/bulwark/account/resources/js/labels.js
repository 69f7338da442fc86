/*
 * The account console leaves buttons that show only three dots without a name, and names some menus by their label
 * alone although they show a value. All its pages have one title. The times of API keys under "Signing in" come from the
 * server, which does not know the browser's time zone. The console is a single-page application, so this looks again after
 * every change.
 */
const MORE = { de: "Weitere Aktionen", en: "More actions" };

function nameButtons() {
  const more = MORE[document.documentElement.lang.slice(0, 2)] ?? MORE.en;
  for (const toggle of document.querySelectorAll("button.pf-v5-c-menu-toggle")) {
    const shown = toggle.textContent.trim();
    const label = toggle.dataset.bwLabel ?? toggle.getAttribute("aria-label");
    if (!shown && !label) {
      toggle.setAttribute("aria-label", more);
    } else if (shown && label && !label.includes(shown)) {
      toggle.dataset.bwLabel = label;
      const name = `${label}: ${shown}`;
      if (toggle.getAttribute("aria-label") !== name) {
        toggle.setAttribute("aria-label", name);
      }
    }
  }
}

const CONSOLE = { de: "Konto", en: "Account" };

/** The title names the page, in the words and the form of the page of API keys. */
function namePage() {
  const heading = document.querySelector(".pf-v5-c-page main h1")?.textContent.trim();
  const title = `${heading} – ${CONSOLE[document.documentElement.lang.slice(0, 2)] ?? CONSOLE.en}`;
  if (heading && document.title !== title) {
    document.title = title;
  }
}

const MOMENT = /(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/;

/** Times of API keys in the time zone of the browser, in the one format of the page of API keys. */
function showLocalTimes() {
  for (const facts of document.querySelectorAll("[data-testid='api-key/credential-list'] .pf-v5-c-description-list")) {
    const texts = document.createTreeWalker(facts, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const [utc, day, time] = MOMENT.exec(texts.currentNode.data) ?? [];
      if (utc) {
        const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
        texts.currentNode.data = texts.currentNode.data.replace(utc, format.format(new Date(`${day}T${time}Z`)));
      }
    }
  }
}

let waiting = false;
new MutationObserver(() => {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      nameButtons();
      namePage();
      showLocalTimes();
    });
  }
}).observe(document.body, { childList: true, subtree: true, characterData: true });
