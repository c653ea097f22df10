// A form with data-guard keeps what was typed from being lost: any move away
// asks first. Ctrl+S saves. With data-pending, what waits to be saved is kept by the
// server: moves to addresses that begin with data-within ask nothing.
import { go } from "./moves.js";

let leaving; // the move that waits for an answer

const forms = () => [...document.querySelectorAll("form[data-guard]")];
const dirty = () => forms().find(f => f.hasAttribute("data-dirty"));
// Of several forms, the one that matters: with changes, or under the cursor.
const form = () => dirty() ?? document.activeElement?.closest("form[data-guard]") ?? forms()[0];

// Whether an address is of the screen whose changes are kept.
function stays(url) {
	const within = dirty()?.dataset.within;
	return Boolean(within) && new URL(url, location).pathname.startsWith(within);
}

function changed(f) {
	return [...f.elements].some(e => e.name && (e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked
		: e.tagName === "SELECT" ? [...e.options].some(o => o.selected !== o.defaultSelected)
		: e.type !== "hidden" && e.type !== "submit" && e.value !== e.defaultValue));
}

function mark(f) {
	const now = f.hasAttribute("data-pending") || f.hasAttribute("data-refused") || changed(f);
	f.toggleAttribute("data-dirty", now);
	const note = f.querySelector("[data-unsaved]");
	if (note) note.textContent = now ? note.dataset.unsaved : "";
}

for (const type of ["input", "change"]) document.addEventListener(type, event => {
	const f = event.target.closest?.("form[data-guard]");
	if (f) mark(f);
});
document.addEventListener("htmx:after:swap", () => forms().forEach(mark));
document.addEventListener("submit", event => event.target.removeAttribute?.("data-dirty"), true);

// The question, drawn with the form.
function ask(move) {
	leaving = move;
	document.getElementById("garde").showModal();
}

document.addEventListener("click", event => {
	const link = event.target.closest?.("a[href], button[type=submit], button:not([type])");
	if (!dirty() || !link || link.closest("dialog") || link.form === form() || stays(link.form?.action ?? link.href)) return;
	if (link.getAttribute("href")?.startsWith("#") || link.hasAttribute("download") || event.ctrlKey || event.metaKey) return;
	event.preventDefault();
	event.stopImmediatePropagation();
	ask(() => link.click());
}, true);

document.addEventListener("preau:leave", event => {
	if (!dirty() || stays(event.detail)) return;
	event.preventDefault();
	document.getElementById("palette")?.close();
	ask(() => go(event.detail));
});

// Back and Forward: stay on the page until the question is answered. The place
// they led to is then the one before, in either direction.
let here = location.href;
document.addEventListener("htmx:after:swap", () => here = location.href);
addEventListener("popstate", event => {
	if (!dirty() || stays(location.href)) return;
	event.stopImmediatePropagation();
	history.pushState(history.state, "", here);
	ask(() => history.back());
}, true);
document.addEventListener("htmx:before:history:restore", event => {
	if (!document.getElementById("garde")?.open) return;
	event.preventDefault();
	event.stopImmediatePropagation();
}, true);

addEventListener("beforeunload", event => { if (dirty()) event.preventDefault(); });

document.addEventListener("click", event => {
	const answer = event.target.closest?.("[data-answer]")?.dataset.answer;
	if (!answer) return;
	event.preventDefault();
	document.getElementById("garde").close();
	if (answer === "save") form().requestSubmit(form().querySelector("[value=enregistrer]"));
	if (answer === "drop" && form().hasAttribute("data-pending")) {
		const kept = form(), move = leaving, body = new FormData(kept);
		body.set("geste", "abandonner");
		fetch(kept.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual", headers: { "X-Preau-Fond": "1" } }).then(() => {
			kept.removeAttribute("data-pending");
			kept.removeAttribute("data-dirty");
			move?.();
		});
	} else if (answer === "drop") {
		for (const f of forms()) {
			f.removeAttribute("data-dirty");
			f.reset();
		}
		leaving?.();
	}
	leaving = null;
});

document.addEventListener("keydown", event => {
	if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
	const saved = document.activeElement?.closest("form[data-draft]") ?? form() ?? document.querySelector("form[data-draft]");
	if (!saved) return;
	event.preventDefault();
	const button = saved.querySelector("[value=enregistrer]");
	if (!button?.disabled) saved.requestSubmit(button);
});
forms().forEach(mark);
