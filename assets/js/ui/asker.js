// Choosing who makes a request fills what is known of them: what was typed in a
// field by hand stays.
document.addEventListener("preau:chosen", event => {
	const box = event.target, form = box.closest("form");
	if (!box.hasAttribute("fill")) return;
	const known = event.detail.dataset;
	for (const name of ["email", "telephone", "portable"]) {
		const field = form.elements[name];
		if (field && (!field.value || field.value === field.dataset.filled)) field.dataset.filled = field.value = known[name];
	}
	if (form.elements.profil && known.profil) form.elements.profil.value = known.profil;
	for (const choice of form.querySelectorAll("[name=preference]")) choice.checked = choice.value === known.preference;
	form.dispatchEvent(new Event("input", { bubbles: true }));
});

// The date of closing matters for a resolved request only.
const closing = () => document.querySelectorAll("[data-closing]").forEach(part => {
	part.hidden = part.closest("form").querySelector("[name=resolution]:checked")?.value !== "oui";
});
document.addEventListener("change", event => { if (event.target.name === "resolution") closing(); });
document.addEventListener("htmx:after:swap", closing);
closing();
