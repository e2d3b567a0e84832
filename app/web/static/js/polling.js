// A fragment marked with data-same that comes back as it was is left alone: what is open in it stays open.
export function keepUnchanged() {
  const last = new WeakMap();
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse } = event.detail;
    if (!target.hasAttribute("data-same")) return;
    if (last.get(target) === serverResponse) {
      event.detail.shouldSwap = false;
      return;
    }
    const open = new Set([...target.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    last.set(target, serverResponse);
    target.addEventListener(
      "htmx:afterSwap",
      () => {
        for (const one of target.querySelectorAll("details")) one.open = open.has(one.dataset.key);
      },
      { once: true },
    );
  });
}
