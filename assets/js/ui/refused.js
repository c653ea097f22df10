// A form that was refused: its summary is read first, after a whole load too, and
// goes through the fields in their order.
function refused() {
	const summary = document.querySelector("[data-summary]");
	if (!summary) return;
	const field = line => document.getElementById(line.querySelector("a").hash.slice(1));
	const after = (a, b) => a && b && a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING;
	summary.querySelector("ul")?.append(...[...summary.querySelectorAll("li")].sort((a, b) => after(field(a), field(b)) ? 1 : after(field(b), field(a)) ? -1 : 0));
	summary.focus();
}

refused();
document.addEventListener("htmx:after:swap", refused);
