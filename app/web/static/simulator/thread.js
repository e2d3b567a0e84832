// The conversation on the phone: bubbles, each with its state and reason, kept in place while states change.

import { byId, make } from "./elements.js";
import { current, say } from "./words.js";

const GOOD = new Set(["delivered", "read"]);
const BAD = new Set(["undelivered", "refused", "failed", "cancelled", "unknown"]);
const NEVER_LEFT = new Set(["refused", "failed", "cancelled"]);

const clock = (at) => new Intl.DateTimeFormat(current(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(at));

function dayOf(at) {
  const day = new Date(at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return new Intl.DateTimeFormat(current(), { month: "long", day: "numeric" }).format(day);
}

/** What stands under a bubble: when, how far it has come, and why. */
function state(message) {
  const tone = GOOD.has(message.status) ? "good" : BAD.has(message.status) ? "bad" : "wait";
  const isIncoming = message.direction === "inbound";
  const why = (message.decision ?? message).reason_words[current()];
  const waits = message.status === "queued" && message.reason && message.due_at;
  return make("div", { class: "state" },
    make("span", {}, clock(message.at)),
    make("span", { class: isIncoming && message.status !== "understanding" ? "" : tone }, say(`states.${message.status}`)),
    why ? make("span", {}, `· ${why}`) : null,
    waits ? make("span", {}, say("until", clock(message.due_at))) : null,
    message.code ? make("span", {}, `(${message.code})`) : null);
}

/** Draws a phone's messages, and tells `onChoose` which one the panel is to explain. */
export class Thread {
  constructor(onChoose) {
    this.box = byId("thread");
    this.onChoose = onChoose;
    this.clear();
  }

  clear() {
    this.messages = [];
    this.nodes = new Map();
    this.chosenId = null;
    this.isFirst = true;
    this.box.replaceChildren();
  }

  /** The message that the panel explains: the one that was clicked, else the latest that answers no other. */
  get chosen() {
    const clicked = this.messages.find((message) => message.id === this.chosenId);
    return clicked ?? this.messages.findLast((message) => !message.answers) ?? this.messages.at(-1) ?? null;
  }

  show(messages) {
    const isAtEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 80;
    const hasNew = messages.some((message) => !this.nodes.has(message.id));
    if (hasNew && messages.length && !messages.at(-1).answers) this.chosenId = null;
    this.messages = messages;
    const drawn = [];
    let day = null;
    for (const message of messages) {
      if (dayOf(message.at) !== day) drawn.push(make("p", { class: "day" }, (day = dayOf(message.at))));
      drawn.push(this.#node(message));
    }
    if (!drawn.length) drawn.push(make("p", { class: "nothing" }, say("nothing")));
    this.#place(drawn);
    this.mark();
    if (this.isFirst || (hasNew && isAtEnd)) this.box.scrollTop = this.box.scrollHeight;
    this.isFirst = false;
  }

  /** Draws everything anew, in the present language. */
  redraw() {
    this.nodes.clear();
    this.isFirst = true;
    this.show(this.messages);
  }

  mark() {
    for (const [id, node] of this.nodes) node.classList.toggle("is-chosen", id === this.chosen?.id);
  }

  #node(message) {
    const known = this.nodes.get(message.id);
    const side = message.direction === "inbound" ? "mine" : "theirs";
    const node = known ?? make("div", { class: `message ${side}${this.isFirst ? "" : " is-new"}` },
      make("button", { type: "button", class: "bubble", onclick: () => this.#choose(message.id) }, message.text));
    node.classList.toggle("is-off", NEVER_LEFT.has(message.status));
    node.replaceChildren(node.firstChild, state(message));
    this.nodes.set(message.id, node);
    return node;
  }

  /** Puts the nodes in order without moving those that stand where they belong. */
  #place(drawn) {
    drawn.forEach((node, place) => {
      const there = this.box.children[place];
      const isSameDay = there?.className === "day" && node.className === "day" && there.textContent === node.textContent;
      if (there !== node && !isSameDay) this.box.insertBefore(node, there ?? null);
    });
    while (this.box.children.length > drawn.length) this.box.lastElementChild.remove();
  }

  #choose(id) {
    this.chosenId = id;
    this.mark();
    this.onChoose();
  }
}
