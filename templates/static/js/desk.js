// What every page of the desk shares: menus close again, and a form that is under way is not sent twice.

const MENUS = "details.me, details.menu";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (menu.open && menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest?.(MENUS)));

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(MENUS);
  if (!menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// On a slow line people press again: the second press would be refused as outdated although the first was carried out.
const AGAIN = 5000; // milliseconds after which a press counts as meant
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  const elsewhere = event.submitter?.formTarget || form.target;
  if (event.defaultPrevented || form.method !== "post" || elsewhere) return;
  if (performance.now() - (sent.get(form) ?? -AGAIN) < AGAIN) event.preventDefault();
  else sent.set(form, performance.now());
});
