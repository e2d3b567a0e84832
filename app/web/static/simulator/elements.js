// Makes elements: the one way in which this page builds what it shows (text is always text, never markup).

/** An element with properties and children; `class` and `data` are given as such, and empty children are left out. */
export function make(tag, { class: names, data, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (names) node.className = names;
  if (data) Object.assign(node.dataset, data);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** An element of the page by its id. */
export const byId = (id) => document.getElementById(id);
