// What the theme leaves out for those who read with a screen reader or a keyboard.
function label() {
  const search = document.querySelector(".md-search[role=dialog]");
  if (search) search.setAttribute("aria-label", "Search");
  document.querySelectorAll("nav.md-code__nav:not([aria-label])").forEach((nav) => {
    const count = document.querySelectorAll("nav.md-code__nav[aria-label]").length;
    nav.setAttribute("aria-label", `Code block ${count + 1}`);
  });
  // A region that scrolls can be reached by the keyboard.
  document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])").forEach((one) => {
    one.setAttribute("tabindex", "0");
  });
  // An empty corner of a table heads nothing.
  document.querySelectorAll(".md-typeset th:empty").forEach((one) => {
    one.replaceWith(document.createElement("td"));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  label();
  new MutationObserver(label).observe(document.body, { childList: true, subtree: true });
});
