/*
 * Sends a form once only, copies the key and the command on demand, and takes both off the page when that is left.
 * Shows days and times in the time zone of the browser, which the server does not know.
 * Without this script the key is copied by hand, times are in UTC, and the server still makes one key of a form.
 */
for (const form of document.querySelectorAll("form[data-api-key-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "true";
  });
}

const fields = document.querySelectorAll("[data-api-key]");

async function copy(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // No clipboard without HTTPS, or none for this page: the older way works on a selection.
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copies]")) {
  const status = document.getElementById(`${button.dataset.copies}-copied`);
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = "";
    const copied = await copy(document.getElementById(button.dataset.copies));
    if (copied) {
      // Keyboard users continue from the button. A text that is left to copy by hand stays selected.
      button.focus();
    }
    status.textContent = copied ? status.dataset.copied : status.dataset.failed;
  });
}

for (const field of fields) {
  field.addEventListener("focus", () => field.select());
  // The browser may have focused the field before this script arrived.
  if (document.activeElement === field) {
    field.select();
  }
}

if (fields.length > 0) {
  // A browser may keep the page as it is for the way back.
  window.addEventListener("pagehide", () => {
    for (const field of fields) {
      field.value = "";
      field.defaultValue = "";
    }
  });
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});

const DAY = 86_400_000;

/** The day of a date field, some days later. */
function later(day, days) {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

for (const zone of document.querySelectorAll("input[data-api-key-zone]")) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  const field = zone.form.elements.namedItem("expires");
  const now = new Date();
  const ahead = (Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.parse(field.min)) / DAY;
  // The server begins with the days of UTC. A clock that differs by more is wrong.
  if (Math.abs(ahead) === 1) {
    const isUntouched = field.value === field.defaultValue;
    for (const name of ["min", "max", ...(isUntouched ? ["defaultValue"] : [])]) {
      if (field[name] !== "") {
        field[name] = later(field[name], ahead);
      }
    }
  }
}

for (const help of document.querySelectorAll("[data-api-key-local]")) {
  help.textContent = help.dataset.apiKeyLocal;
}

for (const time of document.querySelectorAll("time[data-api-key-end]")) {
  // In the format of the page of API keys: the last moment at which the key works.
  const format = new Intl.DateTimeFormat(document.documentElement.lang.replace("_", "-"), { dateStyle: "medium", timeStyle: "short" });
  time.textContent = format.format(Date.parse(time.dateTime) - 1);
}
