// Says something to those who cannot see that the page has changed.
export function say(text) {
	const status = document.getElementById("annonce");
	if (status) status.textContent = text;
}

// Text as searches compare it: no accent, no case.
export function fold(text) {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// A cookie of the layout, which the server reads to draw the page as it was left.
export function keep(name, value) {
	document.cookie = `${name}=${value}; path=/; SameSite=Lax; max-age=31536000`;
}
