// The amount on the button follows the choice; the free amount shows when it is chosen; what changes
// the amounts or the office loads the form anew. Without this script the form works as it stands.
const form = document.getElementById("give");
const button = form.querySelector("[data-template]");
const amount = form.querySelector("[name=amount]");
const preset = form.querySelector("[name=choice][data-label]");

function label() {
  const chosen = form.querySelector("[name=choice]:checked");
  const typed = amount.value.trim();
  if (chosen?.dataset.label) return chosen.dataset.label;
  if (!chosen || !/^[\d.,]+$/.test(typed)) return "";
  return preset.dataset.label.replace(/[\d.,]+/, typed);
}

function show() {
  const text = label();
  button.textContent = text ? button.dataset.template.replace("{}", text) : button.dataset.plain;
  const chosen = form.querySelector("[name=choice]:checked");
  form.querySelector(".give-other").hidden = !chosen || "label" in chosen.dataset;
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
  form.elements[name].addEventListener("change", () => reload(name));
}
form.elements[document.querySelector("[data-focus]").dataset.focus]?.focus();
show();
