// Moving from page to page in place.
import "./refused.js";
import { say } from "../say.js";

const root = document.documentElement;
let path = location.pathname;
let dialog = Boolean(document.querySelector("ui-dialog"));

// After a move to another page: its top, its title said aloud, its pane shown.
document.addEventListener("htmx:after:swap", event => {
	const { request, response, title } = event.detail.ctx;
	if (request?.method === "POST" && response.raw.redirected && response.status < 400) forget(request.action);
	if (request?.method !== "POST") for (const f of document.querySelectorAll("form[method=get]")) f.reset(); // a search says what is shown
	const message = document.getElementById("message");
	if (message) say(message.textContent);
	const over = dialog, from = path;
	dialog = Boolean(document.querySelector("ui-dialog"));
	if (location.pathname === path) {
		if (request?.method === "POST") land();
		return;
	}
	path = location.pathname;
	// A dialog opens and closes over its page, which stays where it was.
	if (!(over || dialog) || !path.startsWith(`${from}/`) && !from.startsWith(`${path}/`)) document.getElementById("central")?.scrollTo(0, 0);
	root.dataset.pane = document.getElementById("demande") ? "demande" : "central"; // what was opened stands in the pane below
	if (!message) say(title || document.title); // the document gets its title after this
	land();
	document.dispatchEvent(new CustomEvent("preau:moved"));
});

// Where one is after a move. An empty form was asked for to be filled: one types in
// its first empty field, or reads first that an earlier one was kept. Elsewhere what
// had the focus keeps it, unless it is gone. What was refused is read first.
function land() {
	if (document.querySelector("[data-summary]")) return;
	const form = document.querySelector("[data-enter]");
	const field = [...form?.querySelectorAll("input:not([type=hidden])") ?? []].find(f => !f.value);
	if (form) (form.querySelector(".left") ? form : field)?.focus();
	else if (document.activeElement === document.body) document.getElementById("central")?.focus({ preventScroll: true });
}

// What has been accepted is no longer being typed: morphing would keep it, in a
// form of the page that follows too. What is typed in another form of the same page
// stays, and so does a form that is only tried, whose answer is no redirection.
function forget(action) {
	const sent = new URL(action, location).pathname, stays = location.pathname === path;
	for (const f of document.forms) if (!stays || new URL(f.action, location).pathname === sent) f.reset();
}

// Back and forward are asked again, like any other move.
document.addEventListener("htmx:before:history:restore", event => {
	event.preventDefault();
	htmx.ajax("GET", event.detail.path, { source: document.body, target: document.body, swap: "outerMorph", push: "false" });
});

// A link that a script follows, like any other move: whoever listens may hold it.
export function go(url) {
	if (!document.dispatchEvent(new CustomEvent("preau:leave", { cancelable: true, detail: url }))) return;
	htmx.ajax("GET", url, { source: document.body, target: document.body, swap: "outerMorph show:none", push: "true" });
}
