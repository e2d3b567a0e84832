// Starts the simulator's page: wires phones, brand, conversation, panel and events together, and keeps them fresh.

import { byId, make } from "./elements.js";
import { explain } from "./panel.js";
import { Brands, People, avatar } from "./people.js";
import { Refused, fireEvent, readMessages, sendText } from "./server.js";
import { Thread } from "./thread.js";
import { say, speak, translatePage } from "./words.js";

const POLL_MS = 700;
const PROBLEM_MS = 4_000;
const QUICK = [
  "T", "退订谢谢", "几点开门", "1", "2", "人工", "T恤还有吗", "我要投诉，送来的蛋糕是坏的", "别再给我发短信了", "START",
  "what time do you close",
];

let seen = {};
const orders = new Map();
const people = new People(() => turnTo());
const brands = new Brands(JSON.parse(document.body.dataset.brands), () => turnTo());
const thread = new Thread(() => explain(thread.chosen, thread.messages));
const field = byId("text");

function turnTo() {
  seen = {};
  thread.clear();
  byId("event-said").textContent = "";
  drawHead();
  explain(null, []);
  refresh();
}

function drawHead() {
  const brand = brands.chosen;
  byId("thread-name").textContent = brand?.name ?? say("noBrand");
  byId("thread-number").textContent = brand?.number ?? "";
  const face = avatar(brand?.name ?? "?", brand?.code ?? "?");
  face.id = "brand-avatar";
  byId("brand-avatar").replaceWith(face);
}

async function refresh() {
  const brand = brands.chosen;
  if (!brand) return;
  const asked = seen;
  try {
    const messages = await readMessages(brand.code, people.phone, asked);
    if (asked !== seen) return; // another phone was taken up meanwhile
    if (messages) {
      thread.show(messages);
      explain(thread.chosen, messages);
    }
    live(true);
  } catch (error) {
    live(error instanceof Refused);
    if (error instanceof Refused) complain(error.message);
  }
}

function live(isLive) {
  const sign = byId("connection");
  sign.classList.toggle("is-lost", !isLive);
  sign.dataset.say = isLive ? "live" : "lost";
  sign.textContent = say(sign.dataset.say);
}

let problemEnds;
function complain(words) {
  const toast = byId("send-problem");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(problemEnds);
  problemEnds = setTimeout(() => { toast.hidden = true; }, PROBLEM_MS);
}

/** Does what a click asked for; what went wrong is told, and false returned. */
async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    complain(error instanceof Refused ? error.message : say("unreachable"));
    return false;
  }
}

async function text(words) {
  const isSent = await attempt(() => sendText(brands.chosen?.code, people.phone, words));
  thread.box.scrollTop = thread.box.scrollHeight;
  await refresh();
  return isSent;
}

function fire(type) {
  const key = `${brands.chosen?.code} ${people.phone}`;
  if (type === "order.placed") orders.delete(key);
  return attempt(async () => {
    const told = await fireEvent(brands.chosen?.code, people.phone, type, orders.get(key));
    orders.set(key, told.order_number);
    byId("event-said").textContent = say("told", { type, order: told.order_number, started: told.started });
    await refresh();
  });
}

function fitField() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

byId("composer").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const words = field.value;
  if (!words) return field.focus();
  field.value = "";
  fitField();
  if (!(await text(words)) && !field.value) field.value = words;
  field.focus();
});
field.addEventListener("input", fitField);
field.addEventListener("keydown", (pressed) => {
  if (pressed.key !== "Enter" || pressed.shiftKey || pressed.isComposing) return;
  pressed.preventDefault();
  byId("composer").requestSubmit();
});
byId("quick").replaceChildren(...QUICK.map((words) => make("button", { type: "button", onclick: () => text(words) }, words)));
byId("quick").addEventListener("wheel", (turned) => { byId("quick").scrollLeft += turned.deltaY; }, { passive: true });
byId("quick-more").addEventListener("click", ({ currentTarget: more }) => {
  more.ariaExpanded = String(byId("quick").classList.toggle("is-whole"));
});
for (const button of document.querySelectorAll("[data-event]")) {
  button.addEventListener("click", () => fire(button.dataset.event));
}
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { speak(button.dataset.language); translate(); });
}

function translate() {
  translatePage();
  people.draw();
  drawHead();
  thread.redraw();
  explain(thread.chosen, thread.messages);
}

function tick() {
  const now = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
  byId("phone-time").textContent = now;
  if (!document.hidden) refresh();
}

translate();
turnTo();
setInterval(tick, POLL_MS);
