// Remembers the visitor's server in this browser, and nowhere else, so that it is given once. Without scripts it is typed each time.
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
    // a browser that keeps nothing
  }
}
