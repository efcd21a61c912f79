// Adds a copy button to every read-only field. Without scripts the text can be selected by hand.
"use strict";
for (const field of document.querySelectorAll(".copy input[readonly]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  field.after(button);
}
