// An edited block, in the bytes of its slice where it was not edited: entities, line ends, quotes and the order of attributes
// stay as they are.

import { template } from "./html.js";

const UNIT = /<[^>]*>|&(?:#\d+|#x[\da-f]+|\w+);|[ \t\n\r\f]+|[^]/gi;
const isSpace = (unit) => /^[ \t\n\r\f]/.test(unit);
const names = new Map();

/** What a unit means, however it is spelled. */
function meaning(unit) {
  if (unit.length === 1) return isSpace(unit) ? " " : unit;
  if (isSpace(unit)) return " ";
  if (!names.has(unit)) names.set(unit, unit.startsWith("&") ? template(unit).content.textContent : tag(unit));
  return names.get(unit);
}

function tag(unit) {
  if (unit.startsWith("</")) return unit.toLowerCase().replace(/\s+/g, "");
  const element = template(unit).content.firstElementChild;
  if (!element) return unit;
  return `<${element.localName} ${JSON.stringify([...element.attributes].map(({ name, value }) => [name, value]).sort())}>`;
}

/** Return `after` with the spelling of `slice` wherever it equals `before`, which is the slice as it would be written. */
export function patched(slice, before, after) {
  const spelled = aligned(slice.match(UNIT) ?? [], before.match(UNIT) ?? []);
  if (!spelled) return after;
  const old = before.match(UNIT) ?? [];
  const now = after.match(UNIT) ?? [];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const rest = Math.min(old.length, now.length) - start;
  while (end < rest && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  return [...spelled.slice(0, start), ...now.slice(start, now.length - end), ...spelled.slice(old.length - end)].join("");
}

/** Return for each unit of `before` how the slice spells it, with the white space around that `before` has not; or null. */
function aligned(slice, before) {
  const spelled = [];
  let lead = "";
  let at = 0;
  for (const unit of slice) {
    if (at < before.length && meaning(unit) === meaning(before[at])) {
      spelled.push(lead + unit);
      lead = "";
      at++;
    } else if (!isSpace(unit)) return null;
    else if (spelled.length) spelled[spelled.length - 1] += unit;
    else lead += unit;
  }
  return at === before.length ? spelled : null;
}
