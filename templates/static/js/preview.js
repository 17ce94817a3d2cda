// Preview frames take the height of what they show; a message about a refused form gets the focus.
// No script of the desk imports another: each is linked with a mark of its bytes, so none meets an outdated one.

const TALLEST = 1600; // pixels: a longer page scrolls inside its frame

function fit(frame) {
  const page = frame.contentDocument;
  if (!page || !page.body) return;
  frame.style.height = "0px"; // a page never gets shorter than its frame, so measure it in none
  const needed = page.documentElement.scrollHeight;
  frame.style.height = needed > 0 ? `${Math.min(needed, TALLEST)}px` : "";
}

const watched = new WeakSet();

function fitAll() {
  for (const frame of document.querySelectorAll("iframe.preview-frame")) {
    if (!watched.has(frame)) frame.addEventListener("load", () => fit(frame));
    watched.add(frame);
    if (frame.contentDocument?.readyState === "complete") fit(frame);
  }
}

fitAll();
document.addEventListener("previews", fitAll); // told by editor/live.js
let settled = 0;
addEventListener("resize", () => {
  clearTimeout(settled);
  settled = setTimeout(fitAll, 200);
});

document.querySelector("[data-focus]")?.focus();
if (matchMedia("(min-width: 75rem)").matches) {
  for (const details of document.querySelectorAll("details[data-open-wide]")) details.open = true;
}
