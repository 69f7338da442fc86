/*
 * Counts the seconds down, and gives the way back to the form when they are over: an attempt before would be refused
 * again. Without this script the way back is there from the start.
 */
const wait = document.getElementById("kc-rate-limited-wait");
const over = document.getElementById("kc-rate-limited-over");
const retry = document.getElementById("kc-rate-limited-retry");

if (wait && over && retry) {
  const address = retry.href;
  const end = Date.now() + Number(wait.dataset.seconds) * 1000;

  const show = () => {
    // By the clock: a page in the background does not tick every second.
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds > 0) {
      wait.textContent = seconds === 1 ? wait.dataset.one : wait.dataset.many.replace("#", String(seconds));
      return;
    }
    clearInterval(timer);
    wait.textContent = wait.dataset.over;
    over.textContent = wait.dataset.over;
    retry.href = address;
    retry.removeAttribute("aria-disabled");
    retry.classList.remove("pf-m-aria-disabled");
  };

  retry.removeAttribute("href");
  retry.setAttribute("role", "link");
  retry.setAttribute("aria-disabled", "true");
  retry.classList.add("pf-m-aria-disabled");
  const timer = setInterval(show, 1000);
  show();
}
