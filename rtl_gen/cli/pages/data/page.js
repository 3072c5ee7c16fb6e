"use strict";
// Drawings can be enlarged and moved: by their buttons, by the keys + - 0 and the arrows, and by
// dragging and the wheel with Ctrl. Nothing else on the page needs a script.
for (const box of document.querySelectorAll(".zoom")) {
  const svg = box.querySelector("svg");
  const whole = svg.getAttribute("viewBox").split(" ").map(Number);
  let [x, y, width, height] = whole;
  const show = () => {
    x = Math.min(Math.max(x, whole[0]), whole[0] + whole[2] - width);
    y = Math.min(Math.max(y, whole[1]), whole[1] + whole[3] - height);
    svg.setAttribute("viewBox", [x, y, width, height].map(n => n.toFixed(2)).join(" "));
    box.classList.toggle("zoomed", width < whole[2]);
  };
  const zoom = (factor, atX = 0.5, atY = 0.5) => {
    const next = Math.min(whole[2], Math.max(whole[2] / 20, width * factor));
    const ratio = next / width;
    x += width * (1 - ratio) * atX;
    y += height * (1 - ratio) * atY;
    width *= ratio;
    height *= ratio;
    show();
  };
  const move = (right, down) => { x += right * width; y += down * height; show(); };
  const actions = {
    in: () => zoom(1 / 1.5), out: () => zoom(1.5), whole: () => zoom(1000),
  };
  const keys = {
    "+": actions.in, "=": actions.in, "-": actions.out, "0": actions.whole,
    ArrowLeft: () => move(-0.15, 0), ArrowRight: () => move(0.15, 0),
    ArrowUp: () => move(0, -0.15), ArrowDown: () => move(0, 0.15),
  };
  for (const button of box.querySelectorAll("button"))
    button.addEventListener("click", () => actions[button.dataset.zoom]());
  box.querySelector(".view").addEventListener("keydown", event => {
    const is_whole = width >= whole[2];
    if (!(event.key in keys) || event.ctrlKey || event.metaKey) return;
    if (is_whole && event.key.startsWith("Arrow")) return;  // the page scrolls
    event.preventDefault();
    keys[event.key]();
  });
  svg.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const area = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2,
         (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
  }, { passive: false });
  svg.addEventListener("pointermove", event => {
    if (event.buttons !== 1 || width >= whole[2]) return;
    const area = svg.getBoundingClientRect();
    move(-event.movementX / area.width, -event.movementY / area.height);
  });
}
