// A double click anywhere on a row of a list opens what it links to.
document.addEventListener("dblclick", event => {
	const row = event.target.closest?.("tr[data-id]");
	if (row && !event.target.closest("a, button, input")) row.querySelector("th a")?.click();
});

// The choice of columns, over the list, closes by Escape.
document.addEventListener("keydown", event => {
	const open = event.key === "Escape" && event.target.closest?.("details.columns[open]");
	if (!open) return;
	open.open = false;
	open.querySelector("summary").focus();
});
