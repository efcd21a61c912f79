// Remembers the visitor's server in the local storage of the browser. Without scripts it is entered each time.
"use strict";
const KEY = "server";
for (const field of document.querySelectorAll("form.dialog input[name=account]")) {
  try {
    field.value = field.value || localStorage.getItem(KEY) || "";
    field.form.addEventListener("submit", () => {
      const account = field.value.trim();
      const server = account.includes("://") ? new URL(account).host : account.split("@").pop();
      localStorage.setItem(KEY, server);
    });
  } catch {
    // local storage is not available
  }
}
