// "Leave quickly": the button, or Shift three times. The page goes dark at once, the neutral site
// takes its place in the history, and the sign-out travels on its own.
const button = document.querySelector("[data-leave]");
const WITHIN_MS = 1500;
let shifts = [];

function leave(event) {
  event?.preventDefault();
  document.documentElement.hidden = true;
  document.title = "";
  window.dispatchEvent(new Event("fund:leave"));
  fetch(button.href, { keepalive: true, redirect: "manual" }).catch(() => {});
  location.replace(button.dataset.leave);
}

button.addEventListener("click", leave);
window.addEventListener("keyup", (event) => {
  if (event.key !== "Shift") {
    shifts = [];
    return;
  }
  const now = Date.now();
  shifts = [...shifts.filter((at) => now - at < WITHIN_MS), now];
  if (shifts.length === 3) leave();
});
