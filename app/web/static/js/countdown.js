// Counts down to every moment marked with data-due, and the seconds to each with data-leaves, by the server's clock rather than the reader's.
const SOON = 30 * 60 * 1000;

const two = (number) => String(number).padStart(2, "0");

export function said(left) {
  const seconds = Math.floor(Math.abs(left) / 1000);
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return `${left < 0 ? "−" : ""}${hours}:${rest}`;
}

export function startCountdowns() {
  const ahead = Date.parse(document.body.dataset.now) - Date.now();
  const tick = () => {
    for (const time of document.querySelectorAll("[data-due]")) {
      const left = Date.parse(time.dataset.due) - (Date.now() + ahead);
      time.textContent = said(left);
      time.classList.toggle("is-past", left < 0);
      time.classList.toggle("is-soon", left >= 0 && left < SOON);
    }
    for (const time of document.querySelectorAll("[data-leaves]")) {
      const left = Date.parse(time.dataset.leaves) - (Date.now() + ahead);
      time.textContent = Math.max(0, Math.ceil(left / 1000));
    }
  };
  tick();
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSwap", tick);
}
