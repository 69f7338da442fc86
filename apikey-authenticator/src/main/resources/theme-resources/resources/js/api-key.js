/*
 * Sends a form once only, copies the key on demand, and takes it off the page when that is left. Without this script
 * the key is copied by hand, and the server still makes one key of a form.
 */
for (const form of document.querySelectorAll("form[data-api-key-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "true";
  });
}

const field = document.querySelector("[data-api-key]");
const button = document.getElementById("api-key-copy");
const status = document.getElementById("api-key-copied");

async function copy() {
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

if (field) {
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = "";
    const copied = await copy();
    if (copied) {
      // Where it was: who goes on by keyboard is not thrown back. What is left to copy by hand stays selected.
      button.focus();
    }
    status.textContent = copied ? status.dataset.copied : status.dataset.failed;
  });
  field.addEventListener("focus", () => field.select());
  // The browser may have focused the field before this script arrived.
  if (document.activeElement === field) {
    field.select();
  }
  // A browser may keep the page as it is for the way back.
  window.addEventListener("pagehide", () => {
    field.value = "";
    field.defaultValue = "";
  });
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
