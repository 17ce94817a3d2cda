// Moving entries of the calendar by mouse and by keyboard. Without this file the «Dời lịch» form does the same.

const toast = document.querySelector(".toast-line");
const [words, undoButton, closeButton] = ["p", '[data-do="undo"]', '[data-do="close"]'].map((one) => toast.querySelector(one));
const token = document.querySelector('meta[name="csrf-token"]').content;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

let dragged = null; // the chip under the mouse
let lifted = null; // { chip, home }: the chip that the arrow keys carry, and where it came from
let undo = null; // what takes back the last move

function tell(text, takeBack = null) {
  undo = takeBack;
  undoButton.hidden = !takeBack;
  toast.hidden = false;
  words.textContent = text;
}

undoButton.addEventListener("click", () => undo?.());
closeButton.addEventListener("click", () => (toast.hidden = true));

const clock = (chip) => chip.querySelector("time").textContent;
const cellOf = (day) => document.querySelector(`.day[data-day="${day}"]`);
const dayName = (cell) => cell.querySelector(".day-head a").getAttribute("aria-label");

function stepped(day, days) {
  const there = new Date(`${day}T12:00:00Z`);
  there.setUTCDate(there.getUTCDate() + days);
  return there.toISOString().slice(0, 10);
}

// Where a chip stands now, and how to bring it back there.
function spot(chip) {
  const [cell, next] = [chip.closest(".day"), chip.nextElementSibling];
  return { day: cell.dataset.day, back: () => put(chip, cell, next?.parentElement === cell ? next : null) };
}

function put(chip, cell, before) {
  const left = chip.closest(".day");
  const focused = chip.contains(document.activeElement) ? document.activeElement : null;
  cell.insertBefore(chip, before);
  for (const day of [left, cell]) day?.classList.toggle("day-empty", !day.querySelector(".chip"));
  focused?.focus({ preventScroll: true });
}

// Put a chip among the others of a day by its time; a day that is not on this sheet takes it out of sight.
function place(chip, day) {
  const cell = cellOf(day);
  if (!cell) return chip.remove();
  const later = (other) => other !== chip && (other.matches(".chip-slot") || clock(other) > clock(chip));
  put(chip, cell, [...cell.querySelectorAll(".chip")].find(later) || cell.querySelector(".day-more"));
}

async function send(chip, day, time) {
  const { kind, id, was } = chip.dataset;
  const answer = await fetch(toast.dataset.address, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    body: new URLSearchParams({ kind, id, was, day, time }),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok || !told?.said) throw new Error(told?.error || toast.dataset.failed);
  return told;
}

// Seen at once; put back, with the reason, if the server says no. `time` empty keeps the time of day.
async function move(chip, home, day, time = "") {
  if (chip.classList.contains("busy")) return;
  place(chip, day);
  chip.classList.add("busy");
  try {
    const told = await send(chip, day, time);
    chip.dataset.was = told.at;
    chip.querySelector("time").textContent = told.time;
    place(chip, told.day);
    const there = chip.isConnected ? spot(chip) : { day: told.day, back: () => chip.remove() };
    tell(told.said, time ? null : () => move(chip, there, told.undo.day, told.undo.time));
  } catch (error) {
    home.back();
    tell(error.message);
  } finally {
    chip.classList.remove("busy");
  }
}

function mark(cell) {
  for (const other of document.querySelectorAll(".day.over")) other.classList.toggle("over", other === cell);
  cell?.classList.add("over");
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".chip[draggable]") || null;
  if (!dragged) return;
  drop();
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".chip-title").textContent);
  const box = dragged.getBoundingClientRect();
  event.dataTransfer.setDragImage(dragged, event.clientX - box.left, event.clientY - box.top);
});

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const cell = event.target.closest?.(".day");
  if (cell) event.preventDefault();
  mark(cell);
});

document.addEventListener("drop", (event) => {
  const cell = event.target.closest?.(".day");
  if (!dragged || !cell) return;
  event.preventDefault();
  if (cell !== dragged.closest(".day")) move(dragged, spot(dragged), cell.dataset.day);
});

document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

// By keyboard: M lifts the chip, arrows carry it over the days, Enter sets it down, Escape takes it home.
function lift(chip) {
  lifted = { chip, home: spot(chip) };
  chip.classList.add("lifted");
  tell(toast.dataset.lifted.replace("{title}", chip.querySelector(".chip-title").textContent));
}

function carry(days) {
  const cell = cellOf(stepped(lifted.chip.closest(".day").dataset.day, days));
  if (!cell) return tell(toast.dataset.outside);
  place(lifted.chip, cell.dataset.day);
  lifted.chip.scrollIntoView({ block: "nearest" });
  tell(toast.dataset.over.replace("{day}", dayName(cell)));
}

function drop(keep = false) {
  if (!lifted) return;
  const { chip, home } = lifted;
  lifted = null;
  chip.classList.remove("lifted");
  const day = chip.closest(".day").dataset.day;
  if (keep && day !== home.day) return move(chip, home, day);
  home.back();
  tell(toast.dataset.kept);
}

function carrying(event) {
  if (event.key in STEPS) carry(STEPS[event.key]);
  else if (event.key === "Enter") drop(true);
  else if (event.key === "Escape") drop();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.(".chip[draggable]");
  if (lifted) return chip === lifted.chip ? carrying(event) : drop();
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "z" && undo && !toast.hidden) undo();
  else if (!chip || event.altKey || event.shiftKey) return;
  else if (event.ctrlKey && event.key in STEPS) move(chip, spot(chip), stepped(chip.closest(".day").dataset.day, STEPS[event.key]));
  else if (!control && event.key.toLowerCase() === "m") lift(chip);
  else return;
  event.preventDefault();
});

// Whoever clicks elsewhere meanwhile has changed their mind.
document.addEventListener("pointerdown", (event) => lifted && !lifted.chip.contains(event.target) && drop());
