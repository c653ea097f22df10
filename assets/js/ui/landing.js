// After an action on a screen with two trees, the focus is on what it was about: the
// chosen line, or the root of the groups. It stays where it was when it can, except
// after a dialog, which was about that line.
let asked; // the action was sent from a dialog

document.addEventListener("submit", event => asked = Boolean(event.target.closest?.("ui-dialog")), true);

document.addEventListener("htmx:after:swap", event => {
	const { request, response } = event.detail.ctx, at = document.activeElement;
	const line = document.querySelector("[data-drops] [aria-current]") ?? document.getElementById("t-g-racine") ?? document.getElementById("creer");
	if (request?.method !== "POST" || response.status >= 400 || !document.querySelector(".twin") || !line) return;
	if (asked || at === document.body || at.id === "central" || at.disabled) line.focus();
});
