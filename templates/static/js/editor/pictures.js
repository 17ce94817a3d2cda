// Pictures are sent as soon as they are chosen; order and removal by buttons instead of numbers and ticks.

const form = document.getElementById("editor");
const words = JSON.parse(form.dataset.words);
const list = document.getElementById("image-list");
const chooser = document.getElementById("new_image");
const template = document.getElementById("image-template");
const fault = document.getElementById("upload-fault");
const state = document.getElementById("upload-state");

document.getElementById("new-alt-field").hidden = true;
for (const row of list.children) equip(row);

chooser.addEventListener("change", async () => {
  const files = [...chooser.files];
  chooser.value = ""; // the pictures travel here; the form must not send them a second time
  fault.textContent = "";
  form.dataset.uploading = "yes";
  const faults = [];
  for (const file of files) {
    state.textContent = `${words.uploading} ${file.name}…`;
    const error = await send(file);
    if (error) faults.push(error);
  }
  delete form.dataset.uploading;
  state.textContent = "";
  fault.textContent = faults.join(" ");
  changed();
});

async function send(file) {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  data.set("file", file);
  try {
    const answer = await fetch(form.dataset.upload, {
      method: "POST", body: data, headers: { Accept: "application/json" },
    });
    const told = await answer.json();
    if (!answer.ok) return told.error;
    add(told);
    return "";
  } catch {
    return `${file.name}: ${words.failed}`;
  }
}

function add(picture) {
  if (list.querySelector(`input[name=image][value="${picture.sha256}"]`)) return;
  const row = template.content.firstElementChild.cloneNode(true);
  const id = `alt-${picture.sha256.slice(0, 12)}`;
  Object.assign(row.querySelector("img"), { src: picture.url, width: picture.width, height: picture.height });
  row.querySelector("input[name=image]").value = picture.sha256;
  row.querySelector("input[name=remove]").value = picture.sha256;
  row.querySelector("input[name=alt]").id = id;
  row.querySelector(".form-label").htmlFor = id;
  list.append(row);
  equip(row);
  renumber();
  row.querySelector("input[name=alt]").focus();
}

function equip(row) {
  const acts = row.querySelector(".image-acts");
  for (const plain of acts.children) plain.hidden = true;
  acts.append(
    button("up", () => row.previousElementSibling?.before(row)),
    button("down", () => row.nextElementSibling?.after(row)),
    button("remove", () => row.remove()),
  );
}

function button(name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-secondary";
  made.textContent = words[name];
  made.addEventListener("click", () => {
    act();
    renumber();
    changed();
    if (made.isConnected) made.focus();
    else chooser.focus();
  });
  return made;
}

function renumber() {
  [...list.children].forEach((row, place) => {
    row.querySelector("input[name=position]").value = String(place + 1);
  });
}

function changed() {
  form.dispatchEvent(new Event("change"));
}
