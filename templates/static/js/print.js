// "In bài" opens the browser's print dialogue at once; without JavaScript the link leads to a page made for printing.
for (const link of document.querySelectorAll("a.print-link")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    window.print();
  });
}
