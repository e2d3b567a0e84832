// The phones that this browser remembers, and the list of them beside the phone.

import { byId, make } from "./elements.js";
import { say } from "./words.js";

const KEPT = "huixin.simulator.people";
const KEPT_BRAND = "huixin.simulator.brand";
const FIRST = [
  { phone: "+8613800000001", name: "王女士" },
  { phone: "+8613800001001", name: "李先生" },
  { phone: "+8613900008888", name: "陈小姐" },
  { phone: "+14155550123", name: "Alice" },
];

/** Digits in groups, as phones show them. */
export function spaced(phone) {
  const mainland = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(phone);
  if (mainland) return `+86 ${mainland.slice(1).join(" ")}`;
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return american ? `+1 ${american.slice(1).join(" ")}` : phone;
}

/** A number as it is typed, in the form +8613800001234; null where it is none. */
export function normal(typed) {
  const digits = typed.replace(/[\s().-]/g, "");
  if (/^1[3-9]\d{9}$/.test(digits)) return `+86${digits}`;
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}

/** The circle with a person's initial, in a colour of their own. */
export function avatar(name, key) {
  const tone = [...key].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % 6;
  return make("span", { class: `avatar tone-${tone}`, ariaHidden: "true" }, [...name][0]?.toUpperCase() ?? "?");
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    const usable = kept.filter((person) => normal(person.phone) !== null && typeof person.name === "string");
    return usable.length ? usable : FIRST;
  } catch {
    return FIRST;
  }
}

/** The list of phones; tells `onChoose` whenever another one is taken up. */
export class People {
  constructor(onChoose) {
    this.people = remembered();
    this.onChoose = onChoose;
    this.chosen = this.people[0];
    byId("add-person").addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.#add(byId("new-number"));
    });
  }

  get phone() { return this.chosen.phone; }

  draw() {
    byId("people").replaceChildren(...this.people.map((person) => this.#row(person)));
    byId("own-number").textContent = spaced(this.phone);
  }

  choose(person) {
    this.chosen = person;
    this.draw();
    this.onChoose();
  }

  #row(person) {
    const button = make("button", { type: "button", class: "person", onclick: () => this.choose(person) },
      avatar(person.name || person.phone.slice(-2), person.phone),
      make("span", {}, make("b", {}, person.name || spaced(person.phone)), make("small", {}, person.name ? spaced(person.phone) : "")));
    if (person.phone === this.phone) button.ariaCurrent = "true";
    const forget = make("button", { type: "button", class: "forget", ariaLabel: say("forget", spaced(person.phone)), onclick: () => this.#forget(person) }, "×");
    return make("li", {}, button, this.people.length > 1 ? forget : null);
  }

  #add(input) {
    const phone = normal(input.value);
    const problem = byId("add-problem");
    problem.hidden = phone !== null;
    problem.textContent = say("notAPhone");
    if (phone === null) return input.focus();
    const known = this.people.find((person) => person.phone === phone);
    const person = known ?? { phone, name: "" };
    if (!known) this.people = [...this.people, person];
    input.value = "";
    this.#keep();
    this.choose(person);
  }

  #forget(person) {
    this.people = this.people.filter((other) => other !== person);
    this.#keep();
    this.choose(this.chosen === person ? this.people[0] : this.chosen);
  }

  #keep() { localStorage.setItem(KEPT, JSON.stringify(this.people)); }
}

/** The list of brands that can be texted; the one chosen last stays chosen. */
export class Brands {
  constructor(brands, onChoose) {
    this.brands = brands;
    const select = byId("brand");
    select.replaceChildren(...brands.map((brand) => make("option", { value: brand.code }, `${brand.name}（${brand.code}）`)));
    const last = localStorage.getItem(KEPT_BRAND);
    if (brands.some((brand) => brand.code === last)) select.value = last;
    select.addEventListener("change", () => {
      localStorage.setItem(KEPT_BRAND, select.value);
      onChoose();
    });
    this.select = select;
  }

  get chosen() { return this.brands.find((brand) => brand.code === this.select.value) ?? null; }
}
