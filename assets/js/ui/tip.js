// The tooltip of a line shows while it has the focus or the pointer is over it or
// over the tooltip, and at a touch; Escape puts it away.
let shown;

function show(line) {
	const tip = line?.querySelector(":scope > .tip");
	if (tip === shown) return;
	hide();
	if (!tip) return;
	shown = tip;
	tip.classList.add("shown");
}

function hide() {
	shown?.classList.remove("shown");
	shown = null;
}

const lineOf = event => event.target.closest?.(".tip")?.parentElement ?? event.target.closest?.("[aria-describedby]")?.closest("li:has(> .tip)");

for (const type of ["focusin", "pointerover"]) document.addEventListener(type, event => show(lineOf(event)));
document.addEventListener("keydown", event => {
	if (event.key === "Escape" && shown) hide();
});
