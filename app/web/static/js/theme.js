// Light or dark: as the system is, or as somebody chose for this browser. Loaded before anything is drawn.
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return ""; // a browser that keeps nothing goes by the system
  }
}

function draw() {
  document.documentElement.dataset.bsTheme = chosen() || (dark.matches ? "dark" : "light");
}

function keep(choice) {
  try {
    if (choice) localStorage.setItem("theme", choice);
    else localStorage.removeItem("theme");
  } catch {
    // then it holds for nothing but the system's wish
  }
  draw();
}

draw();
dark.addEventListener("change", draw);
addEventListener("storage", draw);
addEventListener("DOMContentLoaded", () => {
  for (const choice of document.querySelectorAll("[data-theme-choice]")) {
    choice.value = chosen();
    choice.addEventListener("change", () => keep(choice.value));
  }
});
