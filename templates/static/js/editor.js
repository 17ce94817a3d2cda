// Nothing typed is lost by accident: a warning on leaving, one sending at a time. The editor works without scripts.

const form = document.getElementById("editor");
let unsaved = "dirty" in form.dataset;
let sending = false;

for (const name of ["input", "change"]) form.addEventListener(name, () => (unsaved = true));

form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // the preview
  if (sending || form.dataset.uploading) {
    event.preventDefault();
    return;
  }
  sending = true;
  setTimeout(() => busy(true)); // after this tick: a disabled button would not send its own value
});

function busy(now) {
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = now;
}

// Coming back with the browser's own button shows the form as it was left, so it may be sent again.
addEventListener("pageshow", () => {
  sending = false;
  busy(false);
});

addEventListener("beforeunload", (event) => {
  if (unsaved && !sending) event.preventDefault();
});
