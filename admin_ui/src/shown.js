// What readers see of a part of the source: the server renders it, sanitized and with the pictures that it serves.

const MAX_PARTS = 100;
const known = new Map();
let waiting = [];

/** Return the HTML that readers see instead of a part of the source; an empty string where it cannot be had. */
export function shownHtml(part) {
  if (!known.has(part)) {
    known.set(part, new Promise((resolve) => waiting.push({ part, resolve })));
    if (waiting.length === 1) setTimeout(send);
  }
  return known.get(part);
}

async function send() {
  const asked = waiting;
  waiting = [];
  for (let at = 0; at < asked.length; at += MAX_PARTS) {
    const some = asked.slice(at, at + MAX_PARTS);
    const parts = await render(some.map(({ part }) => part));
    some.forEach(({ part, resolve }, index) => {
      if (parts[index] === undefined) known.delete(part); // it is asked for again when it is shown again
      resolve(parts[index] ?? "");
    });
  }
}

async function render(parts) {
  const answer = await post("shown", { parts: JSON.stringify(parts) });
  return answer?.parts ?? [];
}

/** Have the server cut a source into slices; null where it does not answer. */
export async function cut(source) {
  const answer = await post("blocks", { text: source });
  return answer ? slicesOf(source, answer.lengths) : null;
}

/** Return the slices of these lengths, or null where the text has another length. */
export function slicesOf(text, lengths) {
  let at = 0;
  const slices = lengths.map((length) => text.slice(at, (at += length)));
  return at === text.length ? slices : null;
}

async function post(name, fields) {
  const { form } = globalThis.desk;
  const action = form.getAttribute("action").replace(/\/?$/, "/");
  const body = new URLSearchParams({ csrf: form.elements.namedItem("csrf").value, ...fields });
  try {
    const answer = await fetch(`${action}${name}`, { method: "POST", body, headers: { "X-Part": name } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
