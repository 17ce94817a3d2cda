// Four marks of Markdown by button or key; typing them by hand does the same.

const field = document.querySelector("[data-toolbar]");
const words = JSON.parse(field.form.dataset.words);

const MARKS = [
  { name: "bold", key: "b", act: (text) => ({ text: `**${text}**`, from: 2, to: 2 + text.length }) },
  { name: "heading", whole: true, act: (text) => lines(text, "## ") },
  { name: "list", whole: true, act: (text) => lines(text, "- ") },
  { name: "link", key: "k", act: (text) => link(text) },
];

function link(text) {
  return { text: `[${text}](https://)`, from: text ? text.length + 3 : 1, to: text ? text.length + 11 : 1 };
}

function lines(text, mark) {
  const marked = text
    .split("\n")
    .map((line) => (line.startsWith(mark) ? line.slice(mark.length) : mark + line))
    .join("\n");
  return { text: marked, from: marked.length, to: marked.length };
}

const bar = document.createElement("div");
bar.className = "toolbar";
bar.setAttribute("role", "group");
bar.setAttribute("aria-label", words.toolbar);
for (const mark of MARKS) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `tool tool-${mark.name}`;
  if (mark.key) button.title = `Ctrl+${mark.key.toUpperCase()}`;
  button.append(words[mark.name]);
  button.addEventListener("click", () => put(mark));
  bar.append(button);
}
field.before(bar);

field.addEventListener("keydown", (event) => {
  const mark = MARKS.find((one) => one.key && one.key === event.key.toLowerCase());
  if (!mark || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  put(mark);
});

function put(mark) {
  field.focus();
  let { selectionStart: start, selectionEnd: end } = field;
  if (mark.whole) {
    start = field.value.lastIndexOf("\n", start - 1) + 1;
    const next = field.value.indexOf("\n", end);
    end = next < 0 ? field.value.length : next;
  }
  const done = mark.act(field.value.slice(start, end));
  field.setSelectionRange(start, end);
  // The old command is the only one that keeps the field's undo history.
  if (!document.execCommand("insertText", false, done.text)) {
    field.setRangeText(done.text, start, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start + done.from, start + done.to);
}
