// <ui-fresh stream="…" after="12">: how many requests others made since the list
// was drawn. It moves nothing: a link draws the list again.
customElements.define("ui-fresh", class extends HTMLElement {
	#source;
	#n = 0;

	connectedCallback() {
		this.#source = new EventSource(`${this.getAttribute("stream")}?apres=${this.getAttribute("after")}`);
		this.#source.onmessage = event => this.tell(+event.data);
		this.#source.addEventListener("fin", () => this.#source.close());
	}

	disconnectedCallback() { this.#source.close(); }

	// The list was drawn again.
	static observedAttributes = ["after"];
	attributeChangedCallback(name, before) {
		if (!before) return;
		this.#n = 0;
		if (this.contains(document.activeElement)) document.getElementById("central")?.focus({ preventScroll: true });
		this.hidden = true;
	}

	tell(more) {
		this.#n += more;
		this.hidden = false;
		this.querySelector("span").textContent = this.#n > 1 ? `${this.#n} nouvelles` : "1 nouvelle";
	}
});
