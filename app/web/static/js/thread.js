// Keeps the conversation's latest text in sight, unless its reader has scrolled up.
const NEAR = 80;

export function followThread() {
  const thread = document.getElementById("thread");
  if (!thread) return;
  const toEnd = () => (thread.scrollTop = thread.scrollHeight);
  let isAtEnd = true;
  thread.addEventListener("scroll", () => {
    isAtEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR;
  });
  thread.addEventListener("htmx:afterSwap", () => isAtEnd && toEnd());
  toEnd();
}
