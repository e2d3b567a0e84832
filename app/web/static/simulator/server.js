// Talks to the server: texts out, events out, messages in (asked for often, answered only when something changed).

/** What the server says of a call it could not use, in its own words. */
export class Refused extends Error {}

async function post(path, body) {
  const answer = await fetch(`simulator/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.error ?? `HTTP ${answer.status}`);
  return told;
}

/** Sends a text from a phone to a brand. */
export const sendText = (brand, phone, text) => post("inbound", { brand, phone, text });

/** Reports a business event about a phone's owner. */
export const fireEvent = (brand, phone, type, order) => post("events", { brand, phone, type, order_number: order });

/** A phone's messages; null where nothing has changed since the version that `seen` holds. */
export async function readMessages(brand, phone, seen) {
  const query = new URLSearchParams({ brand, phone });
  const headers = seen.version ? { "If-None-Match": seen.version } : {};
  const answer = await fetch(`simulator/messages?${query}`, { headers, cache: "no-store" });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Refused((await answer.json().catch(() => ({}))).error ?? `HTTP ${answer.status}`);
  seen.version = answer.headers.get("ETag");
  return answer.json();
}
