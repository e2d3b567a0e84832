// The panel: which rule, keyword or intent decided a message, how sure it was, and what happened step by step.

import { byId, make } from "./elements.js";
import { current, say } from "./words.js";

const seconds = (at) => new Intl.DateTimeFormat(current(), { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(new Date(at));

const fact = (name, value) => (value === null || value === undefined || value === "" ? [] : [make("dt", {}, name), make("dd", {}, value)]);

function sureness(confidence) {
  if (confidence === null || confidence === undefined) return null;
  const percent = `${Math.round(confidence * 100)}%`;
  const meter = make("meter", { min: 0, max: 1, low: 0.45, high: 0.8, optimum: 1, value: confidence, ariaLabel: percent });
  return make("span", { class: "sureness" }, meter, make("b", {}, percent));
}

function badge(kind) {
  return make("span", { class: `badge by-${kind}` }, say(kind));
}

/** How one of the customer's texts was decided. */
function decided(decision) {
  return make("section", { class: "verdict" },
    make("div", { class: "verdict-head" }, badge(decision.by)),
    make("p", { class: "verdict-reason" }, decision.reason_words[current()]),
    make("dl", { class: "facts" },
      fact(decision.by === "rule" ? say("word") : say("matched"), decision.keyword),
      fact(say("meaning"), decision.intent && make("code", {}, decision.intent)),
      fact(say("sureness"), sureness(decision.confidence)),
      fact(say("flow"), decision.flow && make("code", {}, decision.flow)),
      fact(say("reasonCode"), make("code", {}, decision.reason)),
      fact(say("model"), decision.model && make("code", {}, decision.model))));
}

/** How far one of the brand's messages has come, and why. */
function sent(message) {
  return make("section", { class: "verdict" },
    make("div", { class: "verdict-head" }, badge("gate"), make("span", {}, say(`states.${message.status}`))),
    message.reason ? make("p", { class: "verdict-reason" }, message.reason_words[current()]) : null,
    make("dl", { class: "facts" },
      fact(say("purpose"), say(`purposes.${message.purpose}`)),
      fact(say("reasonCode"), message.reason && make("code", {}, message.reason)),
      fact(say("code"), message.code && make("code", {}, message.code)),
      fact(say("attempts"), message.attempts > 1 ? String(message.attempts) : null)));
}

const step = (at, kind, words) => make("li", { class: kind }, make("time", { dateTime: at }, seconds(at)), words);

function steps(message) {
  const lines = message.log.map((line) => step(line.at, line.verdict, line[current()]));
  return lines.length ? make("ol", { class: "steps" }, lines) : null;
}

/** Shows what decided the message; `all` are the phone's messages, among which its answers are. */
export function explain(message, all) {
  const box = byId("decision");
  if (!message) return box.replaceChildren(make("p", { class: "nothing" }, say("choose")));
  const isText = message.direction === "inbound";
  const waiting = make("p", { class: "nothing" }, say("pending"));
  const replies = all.filter((other) => other.answers === message.id);
  const parts = [make("p", { class: "quoted" }, message.text)];
  if (isText) parts.push(message.decision ? decided(message.decision) : waiting);
  else parts.push(sent(message));
  const told = steps(message);
  if (told) parts.push(make("h3", {}, say("log")), told);
  if (isText && replies.length) {
    const lines = replies.flatMap((reply) => [
      ...reply.log.map((line) => step(line.at, line.verdict, line[current()])),
      step(reply.at, reply.status, `${say(`states.${reply.status}`)}${say("colon")}${reply.text}`),
    ]);
    parts.push(make("h3", {}, say("replies")), make("ol", { class: "steps" }, lines));
  }
  parts.push(make("p", {}, make("a", { href: `/why/messages/${message.id}` }, say("whyPage"))));
  box.replaceChildren(...parts);
}
