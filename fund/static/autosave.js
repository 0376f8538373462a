// Keeps a draft on the server while it is written: `<form data-autosave="/where">`, with the
// sentences on its `.save-state` (templates/_macros/autosave.html). "Saved" shows only once the
// server has it. Nothing is stored on the device, which may be shared: while there is no line, the
// words stay in the open page and are sent again. A save whose answer got lost is repeated with the
// same nonce, so that the server does it once and does not take it for somebody else's.
const IDLE_MS = 2000;
const RETRY_MS = [5000, 10000, 30000];

function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Draft {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector(".save-state");
    this.changes = 0;
    this.savedChanges = 0;
    this.failures = 0;
    this.timer = null;
    this.saving = null;
    this.unanswered = null;
    this.stopped = false;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.unsaved() && this.saveIn(0));
    window.addEventListener("beforeunload", (event) => {
      if (this.unsaved()) event.preventDefault();
    });
    window.addEventListener("fund:leave", () => this.stop());
  }

  unsaved() {
    return !this.stopped && this.changes !== this.savedChanges;
  }

  stop() {
    clearTimeout(this.timer);
    this.stopped = true;
  }

  say(key, time = "") {
    this.state.dataset.state = ["saving", "saved"].includes(key) ? key : "problem";
    this.state.textContent = this.state.dataset[key].replace("{}", time);
    const link = this.state.dataset[`${key}Link`];
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = location.href;
    anchor.target = "_blank";
    anchor.textContent = link;
    this.state.append(" ", anchor);
  }

  changed() {
    this.changes += 1;
    if (!this.stopped) this.saveIn(IDLE_MS);
  }

  saveIn(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  save() {
    this.saving ??= this.send().finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  snapshot() {
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("nonce", newNonce());
    return { body, changes: this.changes };
  }

  async send() {
    this.say("saving");
    const save = (this.unanswered ??= this.snapshot());
    let answer;
    try {
      answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: save.body,
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
    } catch {
      return this.failed("offline");
    }
    if (answer.status >= 500) return this.failed("offline");
    this.unanswered = null;
    if (answer.ok) return this.saved(await answer.json(), save.changes);
    if (answer.status === 409) return this.refused();
    if (answer.status === 422) return this.say("invalid");
    return this.failed("locked");
  }

  saved({ version, saved_at }, sent) {
    this.failures = 0;
    this.savedChanges = sent;
    const field = this.form.elements.namedItem("version");
    if (field) field.value = version;
    const time = new Date(saved_at).toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    this.say("saved", time);
    if (this.unsaved()) this.saveIn(0);
  }

  failed(key) {
    this.say(key);
    const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    if (!this.stopped) this.saveIn(delay);
  }

  // Somebody else's version stands on the server: writing on would fight with it.
  refused() {
    this.say("conflict");
    clearTimeout(this.timer);
  }

  // The form's own submission waits for a save on its way, so that it carries the newest version.
  submitted(event) {
    clearTimeout(this.timer);
    if (!this.saving) {
      this.stopped = true;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    this.saving.finally(() => {
      this.saving = null;
      this.form.requestSubmit(submitter);
    });
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Draft(form);
