// Passkeys: asks the server what to ask the browser for, asks the browser, and sends its answer with the form.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Return options with bytes where the browser wants bytes. */
function decoded(options) {
  const list = (credentials) => (credentials || []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const bytes = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) bytes.user = { ...options.user, id: toBytes(options.user.id) };
  bytes.excludeCredentials = list(options.excludeCredentials);
  bytes.allowCredentials = list(options.allowCredentials);
  return bytes;
}

/** Return a credential as JSON. */
function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function ask(form) {
  const body = new URLSearchParams(form.elements.csrf ? { csrf: form.elements.csrf.value } : {});
  const answer = await fetch(form.dataset.options, { method: "POST", body, headers: { "X-Part": "options" } });
  if (answer.status === 401) {
    form.submit(); // the page that asks for the password again
    return false;
  }
  if (!answer.ok) throw new Error("options");
  const options = { publicKey: decoded(await answer.json()) };
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create(options)
      : await navigator.credentials.get(options);
  form.elements.credential.value = encoded(credential);
  form.submit();
  return true;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form).catch(() => {
      const problem = form.querySelector("[data-passkey-error]");
      problem.textContent = "That did not work on this device. Please try again, or use your password.";
      problem.hidden = false;
    });
  });
}
