// The idle lock, over the page: after a quarter of an hour without a sign of life it hides all but
// the header (with its way out) and asks for the password, so nothing typed is lost. The server
// keeps its own clock and asks too where this does not run.
const IDLE_MS = 15 * 60 * 1000;
const AWAKE_EVERY_MS = 4 * 60 * 1000;

const lock = document.getElementById("idle-lock");
const form = lock.querySelector("form");
const covered = [...document.body.children].filter((part) => !part.matches("header, #idle-lock"));
const token = form.elements.csrf_token.value;
let seen = Date.now(); // the person's last sign of life
let told = Date.now(); // when the server last heard of it

function post(address, body) {
  return fetch(address, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token },
    redirect: "manual",
  });
}

function close() {
  if (lock.open) return;
  for (const part of covered) part.hidden = true;
  lock.show(); // not as a modal: Escape would close it, and what is hidden takes no focus anyway
  form.elements.unlock_password.focus();
}

function open() {
  for (const part of covered) part.hidden = false;
  seen = told = Date.now();
  form.reset();
  lock.close();
}

function look() {
  const now = Date.now();
  if (now - seen > IDLE_MS) close();
  else if (seen > told && now - told > AWAKE_EVERY_MS) {
    told = now;
    post(lock.dataset.awake).then((answer) => answer.status === 401 && close(), () => {});
  }
}

async function unlock(event) {
  event.preventDefault();
  const message = document.getElementById("idle-error");
  message.textContent = "";
  try {
    const answer = await post(form.action, new FormData(form));
    if (answer.status === 204) open();
    else if (answer.status === 422) message.textContent = (await answer.json()).message;
    else location.assign(lock.dataset.signIn); // the session ended elsewhere
  } catch {
    message.textContent = lock.dataset.offline;
  }
}

for (const sign of ["pointerdown", "keydown", "scroll"]) {
  window.addEventListener(
    sign,
    () => {
      if (Date.now() - seen > IDLE_MS) look(); // the first touch after a long sleep
      else if (!lock.open) seen = Date.now();
    },
    { capture: true, passive: true },
  );
}
document.addEventListener("visibilitychange", look);
setInterval(look, 10000);
form.addEventListener("submit", unlock);
