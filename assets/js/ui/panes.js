// On a small screen, one pane at a time; F6 goes from pane to pane.
const root = document.documentElement;

function show(name) {
	root.dataset.pane = name;
	for (const b of document.querySelectorAll("[data-show]")) {
		if (b.dataset.show === name) b.setAttribute("aria-current", "true");
		else b.removeAttribute("aria-current");
	}
}

document.addEventListener("click", event => {
	const button = event.target.closest?.("[data-show]");
	if (button) show(button.dataset.show);
});
document.addEventListener("preau:moved", () => show(root.dataset.pane));

document.addEventListener("keydown", event => {
	if (event.key !== "F6") return;
	event.preventDefault();
	const panes = [...document.querySelectorAll(".band, .pane")].filter(p => p.checkVisibility());
	const here = panes.findIndex(p => p.contains(document.activeElement));
	const next = panes[(here + (event.shiftKey ? panes.length - 1 : 1)) % panes.length];
	(next?.querySelector("[tabindex='0'], a[href], input:not([type=hidden]), button") ?? next)?.focus();
});
