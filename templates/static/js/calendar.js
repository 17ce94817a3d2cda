// Moving entries of the calendar by mouse and by keyboard. Without this file the «Dời lịch» form does the same.

const said = document.getElementById("said");
const token = document.querySelector('meta[name="csrf-token"]').content;
let dragged = null;

function tell(text, undo) {
  said.replaceChildren(document.createTextNode(text));
  if (!undo) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = said.dataset.undo;
  button.addEventListener("click", undo, { once: true });
  said.append(button);
}

async function send(chip, day, time) {
  const answer = await fetch(said.dataset.address, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    body: new URLSearchParams({ kind: chip.dataset.kind, id: chip.dataset.id, day, time: time || "" }),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function place(chip, day) {
  const cell = document.querySelector(`.day[data-day="${day}"]`);
  if (!cell) {
    chip.remove();
    return;
  }
  const after = [...cell.querySelectorAll(".chip")].find((other) => other !== chip && clock(other) > clock(chip));
  cell.insertBefore(chip, after || cell.querySelector(".day-more"));
  cell.classList.remove("day-empty");
}

const clock = (chip) => chip.querySelector("time")?.textContent || "";

async function move(chip, day, time, undoing = false) {
  const from = chip.closest(".day");
  const next = chip.nextElementSibling;
  const held = chip.contains(document.activeElement) ? document.activeElement : null;
  place(chip, day); // seen at once; put back if the server says no
  chip.classList.add("busy");
  try {
    const told = await send(chip, day, time);
    const shown = chip.querySelector("time");
    if (shown) shown.textContent = told.time;
    place(chip, told.day);
    tell(told.said, undoing ? null : () => move(chip, told.undo.day, told.undo.time, true));
  } catch (error) {
    from.insertBefore(chip, next);
    tell(error instanceof TypeError ? said.dataset.failed : error.message);
  } finally {
    chip.classList.remove("busy");
    held?.focus();
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".chip[draggable]");
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.id);
});

document.addEventListener("dragover", (event) => {
  const cell = event.target.closest?.(".day");
  document.querySelectorAll(".day.over").forEach((other) => other !== cell && other.classList.remove("over"));
  if (dragged && cell) {
    event.preventDefault();
    cell.classList.add("over");
  }
});

document.addEventListener("drop", (event) => {
  const cell = event.target.closest?.(".day");
  document.querySelectorAll(".day.over").forEach((other) => other.classList.remove("over"));
  if (!dragged || !cell) return;
  event.preventDefault();
  if (cell !== dragged.closest(".day")) move(dragged, cell.dataset.day);
  dragged = null;
});

document.addEventListener("dragend", () => {
  dragged = null;
  document.querySelectorAll(".day.over").forEach((other) => other.classList.remove("over"));
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.(".chip[draggable]");
  if (!chip || !event.ctrlKey || !(event.key in STEPS)) return;
  event.preventDefault();
  const day = new Date(`${chip.closest(".day").dataset.day}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + STEPS[event.key]);
  move(chip, day.toISOString().slice(0, 10));
});
