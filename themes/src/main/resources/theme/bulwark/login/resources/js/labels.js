/*
 * What the parent's templates leave out for people who use a screen reader, put right without forking them:
 * labels that point at no field, errors not tied to theirs, a tab order of its own, a page without a title.
 */
document.addEventListener("DOMContentLoaded", () => {
  for (const label of document.querySelectorAll("label[for]")) {
    if (document.getElementById(label.htmlFor)) {
      continue;
    }
    const field = label.closest(".pf-v5-c-form__group")?.querySelector("input:not([type=hidden]), select, textarea");
    if (field?.id) {
      label.htmlFor = field.id;
    }
  }

  for (const error of document.querySelectorAll("[id^='input-error-']:not([id^='input-error-container-'])")) {
    const field = error
      .closest(".pf-v5-c-form__group")
      ?.querySelector("input:not([type=hidden]), select, textarea");
    if (field && error.textContent.trim()) {
      const help = field.getAttribute("aria-describedby");
      field.setAttribute("aria-describedby", help ? `${help} ${error.id}` : error.id);
    }
  }

  // A tab order of its own makes the keyboard jump about; the order in the page is right.
  for (const field of document.querySelectorAll("[tabindex]")) {
    if (field.tabIndex > 0) {
      field.removeAttribute("tabindex");
    }
  }

  // Information pages without a heading of their own say their message twice.
  const heading = document.getElementById("kc-page-title");
  const message = document.querySelector("#kc-info-message > .instruction");
  if (heading && message && heading.textContent.trim() === message.textContent.trim()) {
    message.hidden = true;
  }

  // Keycloak's page for an unknown address has no title.
  if (!document.title.trim()) {
    document.title = heading?.textContent.trim() || "Bulwark";
  }

  for (const alert of document.querySelectorAll(".pf-v5-c-alert.pf-m-danger, .pf-v5-c-alert.pf-m-warning")) {
    alert.setAttribute("role", "alert");
  }
});
