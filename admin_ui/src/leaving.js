// Tab moves between the levels of a list; after Escape, Tab leaves the text (WCAG 2.1.2, No Keyboard Trap).

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";

export const leaving = Extension.create({
  name: "leaving",
  priority: 2000,
  addProseMirrorPlugins: () => {
    let escaped = false;
    const keydown = (view, event) => {
      const leaves = escaped && event.key === "Tab";
      if (event.key !== "Shift" && event.key !== "Tab") escaped = event.key === "Escape";
      return leaves; // handled: the browser moves on
    };
    return [new Plugin({ props: { handleDOMEvents: { keydown, focus: () => {
      escaped = false;
      return false;
    } } } })];
  },
});
