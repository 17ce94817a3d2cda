// A film is sent as soon as it is chosen, with its progress: fifty megabytes take minutes on an office's line.

const form = document.getElementById("editor");
const words = JSON.parse(form.dataset.words);
const place = document.getElementById("film-place");
const chooser = document.getElementById("new_video");
const template = document.getElementById("film-template");
const state = document.getElementById("film-state");
const progress = document.getElementById("film-progress");
const fault = document.getElementById("film-fault");

if (place.firstElementChild) equip(place.firstElementChild);

chooser.addEventListener("change", () => {
  const [file] = chooser.files;
  chooser.value = ""; // the film travels here; the form must not send it a second time
  if (!file) return;
  fault.textContent = "";
  form.dataset.uploading = "yes";
  chooser.disabled = true;
  state.textContent = `${words.uploading} ${file.name}…`;
  progress.value = 0;
  progress.hidden = false;
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  data.set("file", file);
  const call = new XMLHttpRequest(); // `fetch` tells nothing of how much has been sent
  call.open("POST", chooser.dataset.upload);
  call.setRequestHeader("Accept", "application/json");
  call.responseType = "json";
  call.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) progress.value = Math.round((100 * event.loaded) / event.total);
  });
  call.addEventListener("loadend", () => {
    delete form.dataset.uploading;
    chooser.disabled = false;
    state.textContent = "";
    progress.hidden = true;
    if (call.status === 200 && call.response) show(call.response);
    else fault.textContent = call.response?.error ?? `${file.name}: ${call.status === 413 ? words.heavy : words.failed}`;
  });
  call.send(data);
});

function show(film) {
  const alt = place.querySelector("[name=video_alt]")?.value ?? "";
  const row = template.content.firstElementChild.cloneNode(true);
  Object.assign(row.querySelector("video"), { src: film.url, width: film.width, height: film.height });
  row.querySelector("[name=video]").value = film.sha256;
  row.querySelector("[name=video_alt]").value = alt;
  row.querySelector(".film-told").textContent = `${film.name}: ${film.told}`;
  place.replaceChildren(row);
  equip(row);
  changed();
  row.querySelector("[name=video_alt]").focus();
}

function equip(row) {
  row.querySelector(".image-remove").hidden = true;
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-secondary";
  made.textContent = words.removeFilm;
  made.addEventListener("click", () => {
    row.remove();
    changed();
    chooser.focus();
  });
  row.querySelector(".image-acts").append(made);
}

function changed() {
  form.dispatchEvent(new Event("change"));
}
