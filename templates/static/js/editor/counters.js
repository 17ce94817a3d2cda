// Characters as the server counts them: composed (NFC), white space folded.

const number = new Intl.NumberFormat("vi-VN");

for (const field of document.querySelectorAll("[data-most]")) {
  const most = Number(field.dataset.most);
  const shown = document.createElement("span");
  shown.className = "count";
  document.querySelector(`label[for="${CSS.escape(field.id)}"]`).after(shown);

  const update = () => {
    const length = [...field.value.normalize("NFC").replace(/\s+/gu, " ").trim()].length;
    shown.textContent = `${number.format(length)}/${number.format(most)}`;
    shown.classList.toggle("over", length > most);
  };
  field.addEventListener("input", update);
  update();
}
