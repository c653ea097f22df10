// Ctrl+K, or the button: one field to go anywhere.
let back;

function open() {
	const palette = document.getElementById("palette");
	if (!palette || palette.open) return;
	back = document.activeElement;
	palette.showModal();
	const box = palette.querySelector("ui-combobox");
	box.input.value = "";
	box.input.focus();
	box.search();
}

document.addEventListener("keydown", event => {
	if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
	event.preventDefault();
	open();
});
document.addEventListener("click", event => {
	if (event.target.closest?.("[data-palette]")) {
		event.preventDefault();
		open();
	} else if (event.target.id === "palette") event.target.close(); // its backdrop
});
document.addEventListener("close", event => { if (event.target.id === "palette") back?.focus(); }, true);
for (const type of ["htmx:before:request", "preau:moved"]) document.addEventListener(type, () => document.getElementById("palette")?.close());
