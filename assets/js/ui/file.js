// Files to send: the names of the chosen ones are shown in the page's own words,
// and which of them would be refused before they leave.
document.addEventListener("change", event => {
	const input = event.target;
	if (input.type !== "file") return;
	const { most = Infinity, limit = Infinity } = input.dataset;
	const names = [...input.files].map((file, i) => file.name + (file.size > limit ? " (trop volumineux)" : i >= most ? " (de trop)" : ""));
	input.closest(".file").querySelector("output").textContent = names.join(", ") || "Aucun fichier choisi";
});
