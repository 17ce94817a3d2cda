// Characters as the server counts them: composed (NFC), white space folded; in UTF-16 units where an outlet does so.

const number = new Intl.NumberFormat("vi-VN");

for (const field of document.querySelectorAll("[data-most]")) {
  const most = Number(field.dataset.most);
  const shown = document.createElement("span");
  shown.className = "count";
  document.querySelector(`label[for="${CSS.escape(field.id)}"]`).after(shown);

  const update = () => {
    const text = field.value.normalize("NFC").replace(/\s+/gu, " ").trim();
    const length = field.dataset.units === "utf16" ? text.length : [...text].length;
    shown.textContent = `${number.format(length)}/${number.format(most)}`;
    shown.classList.toggle("over", length > most);
  };
  field.addEventListener("input", update);
  update();
}
