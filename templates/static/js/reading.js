// Reading aloud: a timer that says whether one is ahead or behind, the row being read, the size of the letters.

const timer = document.querySelector("[data-timer]");
const buttons = document.querySelector("[data-buttons]");
const rows = [...document.querySelectorAll("[data-row]")];
const words = JSON.parse(buttons.dataset.words);
const total = Number(timer.dataset.total);
const go = buttons.querySelector("[data-go]");
const drift = timer.querySelector("[data-drift]");

const SIZES = [0.75, 0.9, 1, 1.2, 1.45, 1.75];
const KEPT = "reading-size";

let begun = 0; // performance.now() of the running stretch, 0 while it stands still
let kept = 0; // milliseconds of the stretches before it
let now = -1; // the row being read
let awake = null;

const shown = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const elapsed = () => (kept + (begun ? performance.now() - begun : 0)) / 1000;

function mark(index) {
  now = index;
  rows.forEach((row, place) => {
    row.classList.toggle("read-now", place === index);
    row.classList.toggle("read-done", place < index);
  });
}

function tell() {
  const seconds = elapsed();
  timer.querySelector("[data-elapsed]").textContent = shown(seconds);
  if (now < 0) return;
  const from = Number(rows[now].dataset.at);
  const until = from + Number(rows[now].dataset.lasts);
  const late = seconds > until ? seconds - until : seconds < from ? seconds - from : 0;
  const text = Math.abs(late) < 5 ? words.even : (late > 0 ? words.behind : words.ahead).replace("{time}", shown(Math.abs(late)));
  if (drift.textContent !== text) drift.textContent = text;
}

async function stayAwake(wanted) {
  // Telephones darken the screen after half a minute; where the browser cannot hold it, the timer still runs.
  try {
    if (wanted && !awake) awake = await navigator.wakeLock?.request("screen");
    if (!wanted && awake) { await awake.release(); awake = null; }
  } catch { awake = null; }
}

function toggle() {
  if (begun) { kept += performance.now() - begun; begun = 0; } else { begun = performance.now(); if (now < 0) mark(0); }
  go.textContent = begun ? words.pause : words.go;
  stayAwake(Boolean(begun));
  tell();
}

function resize(step) {
  const at = Math.min(SIZES.length - 1, Math.max(0, size() + step));
  document.documentElement.style.setProperty("--step", SIZES[at]);
  try { localStorage.setItem(KEPT, at); } catch { /* private windows keep nothing */ }
}

function size() {
  try { return Number(localStorage.getItem(KEPT) ?? 2); } catch { return 2; }
}

timer.querySelector("[data-whole]").textContent = shown(total);
timer.hidden = buttons.hidden = false;
resize(0);
go.addEventListener("click", toggle);
buttons.querySelector("[data-smaller]").addEventListener("click", () => resize(-1));
buttons.querySelector("[data-larger]").addEventListener("click", () => resize(1));
rows.forEach((row, index) => row.addEventListener("click", () => { mark(index); tell(); }));
document.addEventListener("keydown", (event) => {
  if (event.target.closest("a, button, input")) return;
  const step = { ArrowDown: 1, PageDown: 1, ArrowUp: -1, PageUp: -1 }[event.key];
  if (event.key === " ") { event.preventDefault(); toggle(); }
  if (step) {
    event.preventDefault();
    mark(Math.min(rows.length - 1, Math.max(0, now + step)));
    rows[now].scrollIntoView({ block: "start", behavior: "smooth" });
    tell();
  }
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && begun) { awake = null; stayAwake(true); } });
setInterval(tell, 250);
