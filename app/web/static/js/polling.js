// A fragment marked with data-same that comes back as it was is left alone: what is open or ticked in it stays so.
// What makes each form's token new does not count.
const TOKEN = /name="csrf_token"\s+value="[^"]*"/g;

export function keepUnchanged() {
  const last = new WeakMap();
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    if (!target.hasAttribute("data-same")) return;
    const served = event.detail.serverResponse.replace(TOKEN, "");
    if (last.get(target) === served) {
      event.detail.shouldSwap = false;
      return;
    }
    const open = new Set([...target.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const ticked = new Set([...target.querySelectorAll("input:checked")].map((one) => one.value));
    last.set(target, served);
    target.addEventListener(
      "htmx:afterSwap",
      () => {
        for (const one of target.querySelectorAll("details")) one.open = open.has(one.dataset.key);
        for (const one of target.querySelectorAll("input[type=checkbox]")) one.checked = ticked.has(one.value);
      },
      { once: true },
    );
  });
}

// What is polled to say that somebody looks at the page rests while nobody can.
export function restUnseen() {
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.hasAttribute("data-while-seen")) event.preventDefault();
  });
}
