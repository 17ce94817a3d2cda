// A button beside each day opens the browser's own calendar; the field keeps dd/mm/yyyy whatever the browser speaks.

for (const field of document.querySelectorAll("input[data-day]")) {
  const picker = document.createElement("input");
  if (!("showPicker" in picker)) continue;
  picker.type = "date";
  picker.className = "day-picker";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "day-button";
  button.setAttribute("aria-label", `${field.dataset.day}: ${field.labels[0].textContent}`);
  button.innerHTML =
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"/></svg>';
  button.addEventListener("click", () => {
    const [day, month, year] = field.value.split("/");
    picker.value = year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "";
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    field.value = picker.value.split("-").reverse().join("/");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const wrap = document.createElement("span");
  wrap.className = "day-wrap";
  field.before(wrap);
  wrap.append(field, button, picker);
}
