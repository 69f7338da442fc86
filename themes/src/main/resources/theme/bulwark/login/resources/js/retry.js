/*
 * Sends a form again while the server has no room for another sign-in, so that nobody has to type a password a second
 * time. The server answers with 204, which leaves this page as it is, and with a cookie that names this sending.
 */
{
  const FIELD = "bulwark-retry";
  const COOKIE = "BULWARK_RETRY";
  const POLL_MS = 100;
  const PAUSE_MS = 700;
  const JITTER_MS = 600;
  // Then the form is sent without the field, and the server answers with a page.
  const GIVE_UP_MS = 120_000;

  let timer;

  const newNonce = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const show = (form) => {
    const status = document.getElementById("bw-retry");
    if (status?.hidden) {
      form.append(status);
      status.hidden = false;
      status.textContent = status.dataset.text;
    }
  };

  const prepare = (form, end) => {
    clearTimeout(timer);
    form.querySelector(`[name=${FIELD}]`)?.remove();
    if (Date.now() > end) {
      return;
    }
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = FIELD;
    field.value = newNonce();
    form.append(field);
    const answer = `${COOKIE}=${field.value}`;
    const look = () => {
      if (document.cookie.split("; ").includes(answer)) {
        show(form);
        timer = setTimeout(sendAgain, PAUSE_MS + Math.random() * JITTER_MS, form, end);
      } else {
        timer = setTimeout(look, POLL_MS);
      }
    };
    timer = setTimeout(look, POLL_MS);
  };

  const sendAgain = (form, end) => {
    prepare(form, end);
    // Not requestSubmit(): the page disables its button while a form is on its way, and that would be a new beginning.
    HTMLFormElement.prototype.submit.call(form);
  };

  document.addEventListener("submit", (event) => {
    // The cookie does not come to a frame of another site.
    if (event.target.method === "post" && !event.defaultPrevented && window.top === window) {
      prepare(event.target, Date.now() + GIVE_UP_MS);
    }
  });
}
