/*
 * The account console leaves buttons that show only three dots without a name, and names some menus by their label
 * alone although they show a value. All its pages have one title. The console is a single-page application, so this looks
 * again after every change.
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

let waiting = false;
new MutationObserver(() => {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      nameButtons();
      namePage();
    });
  }
}).observe(document.body, { childList: true, subtree: true, characterData: true });
