// What an outlet would not take is said at the field too, as soon as the preview knows it.

const form = document.getElementById("editor");

function told(name) {
  const field = document.getElementById(name);
  if (!field) return null;
  const place = document.createElement("p");
  place.className = "invalid-feedback d-block limit-fault";
  if (field.matches("section")) field.querySelector("h2").after(place);
  else field.after(place);
  field.closest("details.variant")?.setAttribute("open", "");
  return place;
}

function show() {
  for (const old of form.querySelectorAll(".limit-fault")) old.remove();
  for (const breach of document.querySelectorAll("#previews [data-breach]")) {
    const place = told(breach.dataset.breach);
    const outlet = breach.closest("[data-account]").querySelector("h3").textContent;
    if (place) place.textContent = `${outlet}: ${breach.textContent}`;
  }
}

document.addEventListener("previews", show); // told by editor/live.js
