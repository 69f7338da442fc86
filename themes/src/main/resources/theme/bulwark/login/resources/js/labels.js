/*
 * What the parent's templates leave out for people who use a screen reader, put right without forking them:
 * labels that point at no field, errors not tied to theirs, a tab order of its own, a title that does not name the page,
 * a list that the keyboard cannot use, and the set-up of an authenticator app on the phone itself. And for everybody: the
 * rules of a password at its field, and the fields of a registration in the order in which people expect them.
 */
const TEXTS = {
  en: { open: "Open in an authenticator app on this device", copy: "Copy key", copied: "Copied.", warning: "Warning", language: "Language" },
  de: { open: "In einer Authenticator-App auf diesem Gerät öffnen", copy: "Schlüssel kopieren", copied: "Kopiert.", warning: "Warnung", language: "Sprache" },
};

document.addEventListener("DOMContentLoaded", () => {
  orderRegistration();
  showPasswordRules();

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

  // Only some of the parent's fields have an icon for their error.
  for (const field of document.querySelectorAll(".pf-v5-c-form-control > [aria-invalid='true']:only-child")) {
    const icon = document.createElement("span");
    icon.className = "pf-v5-c-form-control__utilities";
    icon.innerHTML =
      '<span class="pf-v5-c-form-control__icon pf-m-status"><i class="fas fa-exclamation-circle" aria-hidden="true"></i></span>';
    field.parentElement.classList.add("pf-m-error");
    field.after(icon);
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

  // The parent names the menu by a text that it does not have.
  document.getElementById("login-select-toggle")?.setAttribute("aria-label", texts().language);

  offerAuthenticatorKey();
  nameWarning();

  for (const alert of document.querySelectorAll(".pf-v5-c-alert.pf-m-danger, .pf-v5-c-alert.pf-m-warning")) {
    alert.setAttribute("role", "alert");
  }
});

function texts() {
  return TEXTS[document.documentElement.lang.slice(0, 2)] ?? TEXTS.en;
}

/** E-mail address and names first, and the password, with what the user signs in with, at the end. */
function orderRegistration() {
  const groups = [...document.querySelectorAll("#kc-register-form > .pf-v5-c-form__group:has(> [id^='input-error-container-'])")];
  const password = groups.findIndex((group) => group.querySelector("#password"));
  if (password > 0) {
    const last = groups[groups.length - 1];
    const credentials = groups.slice(password - 1, password + 2);
    if (!credentials.includes(last)) {
      last.after(...credentials);
    }
  }
}

/** The footer has them, because that is the part of each page that a theme may fill. */
function showPasswordRules() {
  const rules = document.getElementById("bw-password-rules");
  const field = document.getElementById("password-new") ?? document.querySelector("#kc-register-form #password");
  const error = field && document.getElementById(`input-error-container-${field.id}`);
  if (rules && error) {
    error.before(rules);
    rules.hidden = false;
    field.setAttribute("aria-describedby", rules.id);
  }
}

/** The warning of the recovery codes: in the page's language, and its heading right below that of the page. */
function nameWarning() {
  const warning = document.querySelector(".kc-recovery-codes-warning");
  const spoken = warning?.querySelector(".pf-screen-reader");
  if (spoken) {
    warning.setAttribute("aria-label", texts().warning);
    spoken.textContent = `${texts().warning}:`;
    warning.querySelector("h4").setAttribute("aria-level", "2");
  }
}

/** A phone cannot scan its own screen: the key as a link that opens the app, and to copy. */
function offerAuthenticatorKey() {
  const key = document.getElementById("kc-totp-secret-key");
  if (!key) {
    return;
  }
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
  open.textContent = texts().open;
  const copy = document.createElement("button");
  copy.id = "bw-totp-copy";
  copy.type = "button";
  copy.className = "pf-v5-c-button pf-m-secondary";
  copy.textContent = texts().copy;
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  copy.addEventListener("click", () => {
    navigator.clipboard?.writeText(key.textContent.replaceAll(/\s/g, "")).then(() => {
      status.textContent = texts().copied;
    });
  });
  const tools = document.createElement("p");
  tools.className = "bw-totp-tools";
  // Without a secure context a page may not copy.
  tools.append(open, ...(navigator.clipboard ? [copy, status] : []));
  key.parentElement.after(tools);
}
