/*
 * Sends a form once only, copies the key and the command on demand, and takes both off the page when that is left.
 * Without this script they are copied by hand, and the server still makes one key of a form.
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
