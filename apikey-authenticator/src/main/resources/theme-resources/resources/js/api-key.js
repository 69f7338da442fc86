/* Selects the key when it gets the focus, and copies it on demand; without this script it is copied by hand. */
const field = document.querySelector("[data-api-key]");
const button = document.getElementById("api-key-copy");
const status = document.getElementById("api-key-copied");

field?.addEventListener("focus", () => field.select());

button?.addEventListener("click", async () => {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // No clipboard without HTTPS: the older way works on a selection.
    document.execCommand("copy");
  }
  status.textContent = status.dataset.text;
});
