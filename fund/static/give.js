// The button names what will be charged, the fee with it where it is covered; the free amount shows
// when it is chosen; what changes the amounts or the office loads the form anew. Without this script
// the form works as it stands. Amounts are whole numbers of the smallest unit, as on the server.
const form = document.getElementById("give");
const { currency, exponent, symbol, focus } = form.closest("[data-currency]").dataset;
const button = form.querySelector("[data-template]");
const cover = document.getElementById("cover");
const unit = 10 ** Number(exponent);

function chosenMinor() {
  const chosen = form.querySelector("[name=choice]:checked");
  if (chosen?.dataset.minor) return Number(chosen.dataset.minor);
  const typed = chosen ? form.elements.amount.value.replace(/[,\s]/g, "") : "";
  const [, whole, part = ""] = typed.match(/^(\d{1,10})(?:\.(\d*))?$/) ?? [];
  if (whole === undefined || part.length > Number(exponent)) return null;
  return Number(whole) * unit + Number(part.padEnd(Number(exponent), "0") || 0);
}

function money(minor) {
  const places = minor % unit ? Number(exponent) : 0;
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return (symbol + (minor / unit).toLocaleString("en", digits)).replace(" ", "\u00a0");
}

function fees(minor) {
  const [lowBp, highBp, lowFixed, highFixed, step] =
    ["lowBp", "highBp", "lowFixed", "highFixed", "step"].map((name) => Number(cover.dataset[name]));
  const gross = Math.ceil(Math.ceil(((minor + highFixed) * 10000) / (10000 - highBp)) / step) * step;
  return {
    amount: money(minor),
    low: money(lowFixed + Math.floor((minor * lowBp) / 10000)),
    high: money(highFixed + Math.ceil((gross * highBp) / 10000)),
    cover: money(gross - minor),
    gross,
  };
}

function show() {
  let minor = chosenMinor();
  if (cover && minor) {
    const told = fees(minor);
    const text = cover.dataset.text.replace(/\{(\w+)\}/g, (_, name) => told[name]);
    cover.querySelector(".form-text").textContent = text;
    if (form.elements.covers_fee.checked) minor = told.gross;
  }
  form.elements.total.value = minor ? `${currency}:${minor}` : "";
  const { template, plain } = button.dataset;
  button.textContent = minor ? template.replace("{}", money(minor)) : plain;
  const chosen = form.querySelector("[name=choice]:checked");
  form.querySelector(".give-other").hidden = !chosen || "minor" in chosen.dataset;
}

function reload(name) {
  const again = document.createElement("input");
  again.type = "hidden";
  again.name = "show";
  again.value = name;
  form.append(again);
  form.submit();
}

form.addEventListener("input", show);
for (const name of ["currency", "country", "wants_tax_receipt"]) {
  form.elements[name]?.addEventListener("change", () => reload(name));
}
for (const group of form.querySelectorAll("[data-reload]")) {
  group.addEventListener("change", () => reload(group.dataset.reload));
}
const last = form.elements[focus];
(last?.focus ? last : form.querySelector(`[name="${focus}"]:checked`))?.focus();
show();
