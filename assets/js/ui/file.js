// A file to send: the name of the chosen one is shown in the page's own words.
document.addEventListener("change", event => {
	if (event.target.type !== "file") return;
	const [file] = event.target.files;
	event.target.closest(".file").querySelector("output").textContent = file?.name ?? "Aucun fichier choisi";
});
