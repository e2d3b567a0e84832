// Texts that are kept ready: a click, or "/" and the beginning of a name, puts one into the box.
export function pickCanned() {
  const box = document.getElementById("reply");
  const list = document.getElementById("canned");
  if (!box || !list) return;
  const links = [...list.querySelectorAll("[data-name]")];
  const asked = () => (/^\/\S*$/.test(box.value) ? box.value.slice(1).toLowerCase() : null);
  const fitting = () => links.filter((one) => !one.parentElement.hidden);

  const fill = (link) => {
    const begun = asked() === null ? box.value.trimEnd() : "";
    box.value = begun ? `${begun}\n${link.dataset.fill}` : link.dataset.fill;
    list.open = false;
    narrow(null);
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const narrow = (name) => {
    for (const one of links) one.parentElement.hidden = name !== null && !one.dataset.name.toLowerCase().startsWith(name);
  };

  box.addEventListener("input", () => {
    const name = asked();
    narrow(name);
    if (name !== null) list.open = true;
  });
  box.addEventListener("keydown", (event) => {
    if (asked() === null) return;
    const first = fitting()[0];
    if (event.key === "Enter" && first) {
      event.preventDefault();
      fill(first);
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape") {
      list.open = false;
    }
  });
  list.addEventListener("keydown", (event) => {
    const here = fitting().indexOf(document.activeElement);
    if (event.key === "Escape") {
      list.open = false;
      box.focus();
    } else if (here >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      (fitting()[here + (event.key === "ArrowDown" ? 1 : -1)] || box).focus();
    }
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-fill]");
    if (!link) return;
    event.preventDefault();
    fill(link);
  });
}
