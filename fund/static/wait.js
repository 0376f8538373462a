// A page that waits looks again by itself and goes on once there is news; who reads it is not
// disturbed by that. Without this script the page loads itself anew.
const { wait } = document.querySelector("[data-wait]").dataset;

setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.redirected) location.href = answer.url;
}, Number(wait) * 1000);
