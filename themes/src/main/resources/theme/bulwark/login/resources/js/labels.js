/*
 * What the parent's templates leave out for people who use a screen reader, put right without forking them:
 * labels that point at no field, errors not tied to theirs, a tab order of its own, a title that does not name the page,
 * a list that the keyboard cannot use, and the set-up of an authenticator app on the phone itself.
 */
const TEXTS = {
  en: { open: "Open in an authenticator app on this device", copy: "Copy key", copied: "Copied." },
  de: { open: "In einer Authenticator-App auf diesem Gerät öffnen", copy: "Schlüssel kopieren", copied: "Kopiert." },
};

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

  // The parent gives all pages the same title, and that of an unknown address none.
  const product = document.getElementById("kc-header-wrapper")?.textContent.trim() || "Bulwark";
  const page = heading?.textContent.trim();
  document.title = page ? `${page} – ${product}` : product;

  // The field with the error, where the form was refused. A wrong password is not a wrong user name.
  const refused = [...document.querySelectorAll("[aria-invalid='true']")].find((field) => !field.closest("#kc-form-login"));
  refused?.focus();

  // Entries that only a mouse can choose.
  for (const entry of document.querySelectorAll("[role=button]:not(button, a)")) {
    entry.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        entry.click();
      }
    });
  }

  offerAuthenticatorKey();

  for (const alert of document.querySelectorAll(".pf-v5-c-alert.pf-m-danger, .pf-v5-c-alert.pf-m-warning")) {
    alert.setAttribute("role", "alert");
  }
});

/** A phone cannot scan its own screen: the key as a link that opens the app, and to copy. */
function offerAuthenticatorKey() {
  const key = document.getElementById("kc-totp-secret-key");
  if (!key) {
    return;
  }
  const texts = TEXTS[document.documentElement.lang.slice(0, 2)] ?? TEXTS.en;
  const value = (id) => document.getElementById(id)?.textContent.split(":").pop().trim() ?? "";
  const issuer = document.getElementById("kc-header-wrapper")?.textContent.trim() || "Bulwark";
  const counter = value("kc-totp-counter");
  const settings = new URLSearchParams({
    secret: key.textContent.replaceAll(/\s/g, ""),
    issuer,
    algorithm: value("kc-totp-algorithm"),
    digits: value("kc-totp-digits"),
    ...(counter ? { counter } : { period: value("kc-totp-period") }),
  });
  const open = document.createElement("a");
  open.id = "bw-totp-open";
  // Apps read %20, not +, as a blank.
  open.href = `otpauth://${counter ? "hotp" : "totp"}/${encodeURIComponent(issuer)}?${String(settings).replaceAll("+", "%20")}`;
  open.textContent = texts.open;
  const copy = document.createElement("button");
  copy.id = "bw-totp-copy";
  copy.type = "button";
  copy.className = "pf-v5-c-button pf-m-secondary";
  copy.textContent = texts.copy;
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  copy.addEventListener("click", () => {
    navigator.clipboard?.writeText(key.textContent.replaceAll(/\s/g, "")).then(() => {
      status.textContent = texts.copied;
    });
  });
  const tools = document.createElement("p");
  tools.className = "bw-totp-tools";
  // Without a secure context a page may not copy.
  tools.append(open, ...(navigator.clipboard ? [copy, status] : []));
  key.parentElement.after(tools);
}
