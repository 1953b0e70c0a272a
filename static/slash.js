// The key "/" goes to the field marked data-slash, unless someone is typing.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-slash]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || !field || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
});
