// <ui-present stream="…">: who else has the request open, as they come and go.
customElements.define("ui-present", class extends HTMLElement {
	#source;

	connectedCallback() { this.follow(); }
	disconnectedCallback() { this.#source?.close(); }

	// Another request was opened in its place.
	static observedAttributes = ["stream"];
	attributeChangedCallback(name, before, now) {
		if (before && before !== now) this.follow();
	}

	follow() {
		this.#source?.close();
		this.#source = new EventSource(this.getAttribute("stream"));
		this.#source.addEventListener("presence", event => this.textContent = event.data);
		this.#source.addEventListener("fin", () => this.#source.close());
	}
});
