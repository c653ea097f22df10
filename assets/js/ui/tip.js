// A tooltip shows under what it describes while that has the focus or the pointer, or
// while the pointer is over the tooltip; Escape puts it away.
let shown;

function show(tip, of) {
	if (tip === shown) return;
	shown?.classList.remove("shown");
	shown = tip;
	if (!tip) return;
	tip.classList.add("shown");
	const box = of.getBoundingClientRect();
	tip.style.left = `${Math.max(8, Math.min(box.left + 24, innerWidth - tip.offsetWidth - 8))}px`;
	tip.style.top = `${box.bottom + tip.offsetHeight > innerHeight ? box.top - tip.offsetHeight : box.bottom}px`;
}

for (const type of ["focusin", "pointerover"]) document.addEventListener(type, event => {
	if (event.target.closest?.(".tip")) return;
	const of = event.target.closest?.("[role=treeitem][aria-describedby]");
	show(document.getElementById(of?.getAttribute("aria-describedby")), of);
});
document.addEventListener("keydown", event => { if (event.key === "Escape") show(); });
document.addEventListener("dragstart", () => show());
