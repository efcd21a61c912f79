// The buttons over the text: what each does, and whether what is selected is that already.

export function tools(rich) {
  const { editor } = rich;
  const on = (name, attributes) => () => editor.isActive(name, attributes);
  const run = (change) => () => change(editor.chain().focus()).run();
  const mark = (name) => ({ does: run((chain) => chain.toggleMark(name)), isOn: on(name) });
  const heading = (level) => ({
    does: run((chain) => chain.toggleNode("heading", "paragraph", { level })),
    isOn: on("heading", { level }),
  });
  return [
    { name: "Bold", shows: "B", keys: "Ctrl+B", ...mark("bold") },
    { name: "Italic", shows: "I", keys: "Ctrl+I", ...mark("italic") },
    { name: "Link", shows: "Link", keys: "Ctrl+K", does: () => rich.askForLink(), isOn: on("link") },
    { name: "H2 heading", shows: "H2", ...heading(2) },
    { name: "H3 heading", shows: "H3", ...heading(3) },
    { name: "Quote", shows: "“ ”", does: run((chain) => chain.toggleWrap("blockquote")), isOn: on("blockquote") },
    { name: "List", shows: "• List", does: run((chain) => chain.toggleList("bulletList", "listItem")), isOn: on("bulletList") },
    { name: "1. List with numbers", shows: "1. List", does: run((chain) => chain.toggleList("orderedList", "listItem")), isOn: on("orderedList") },
    { name: "Code", shows: "< >", ...mark("code") },
    { name: "Picture", shows: "Picture", does: () => rich.picture() },
    { name: "Undo", shows: "↶", keys: "Ctrl+Z", does: run((chain) => chain.undo()) },
    { name: "Redo", shows: "↷", keys: "Ctrl+Shift+Z", does: run((chain) => chain.redo()) },
    { name: "HTML of the text", shows: "HTML", does: () => rich.toggleSource(), isOn: () => !rich.isShown, isSource: true },
  ];
}
