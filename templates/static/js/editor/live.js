// The preview of every chosen outlet, made by the server with the code that also renders at approval.

const PAUSE = 700; // milliseconds after the last key
const form = document.getElementById("editor");
const words = JSON.parse(form.dataset.words);
const place = document.getElementById("previews");
const state = document.getElementById("preview-state");
let timer = 0;
let running = null;
let expired = false;

async function refresh() {
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  data.delete("new_image");
  data.delete("new_video");
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST", body: data, signal: running.signal, headers: { "X-Fragment": "1", Accept: "text/html" },
    });
    expired = answer.status === 400 || answer.status === 401 || answer.redirected;
    if (expired) state.textContent = words.expired;
    else if (!answer.ok) state.textContent = words.failed;
    else {
      show(await answer.text());
      state.textContent = "";
    }
  } catch (error) {
    if (error.name !== "AbortError") state.textContent = words.failed;
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
}

for (const name of ["input", "change"]) form.addEventListener(name, soon);
form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "preview") return;
  event.preventDefault();
  clearTimeout(timer);
  refresh();
  document.getElementById("preview-title").scrollIntoView({ block: "start" });
});
refresh();

// Signed in again in another tab: this form gets the new session's token, so that its text can be saved.
addEventListener("focus", async () => {
  if (!expired) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("#editor input[name=csrf_token]");
  if (!token) return;
  form.elements.csrf_token.value = token.value;
  refresh();
});

function show(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html; // our own fragment, escaped by its template
  const cards = new Map([...place.querySelectorAll("[data-account]")].map((card) => [card.dataset.account, card]));
  const wanted = [...fresh.querySelectorAll("[data-account]")];
  const same = wanted.length > 0 && wanted.length === cards.size && wanted.every((card) => cards.has(card.dataset.account));
  if (same) {
    for (const card of wanted) renew(cards.get(card.dataset.account), card);
    place.querySelector(":scope > .alert")?.remove();
    const faults = fresh.querySelector(":scope > .alert");
    if (faults) place.prepend(faults);
  } else {
    place.replaceChildren(...fresh.childNodes);
  }
  document.dispatchEvent(new Event("previews"));
}

// Writes into the frame that stands there: a new one would flash white and lose its place at every pause.
function renew(old, card) {
  const frame = old.querySelector("iframe.preview-frame");
  const source = card.querySelector("iframe.preview-frame");
  const shown = frame?.contentDocument?.querySelector(".approved");
  if (!source || !shown) {
    old.replaceWith(card);
    return;
  }
  const page = new DOMParser().parseFromString(source.getAttribute("srcdoc"), "text/html");
  shown.replaceChildren(...page.querySelector(".approved").childNodes);
  for (const child of [...old.children]) if (child !== frame) child.remove();
  const rest = [...card.children];
  const at = rest.indexOf(source);
  frame.before(...rest.slice(0, at));
  frame.after(...rest.slice(at + 1));
}
