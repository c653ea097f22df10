// <ui-proposal src from="nom prenom" to="login">: proposes a value for a field
// from those of others, until somebody types one.
customElements.define("ui-proposal", class extends HTMLElement {
	connectedCallback() {
		this.addEventListener("change", this);
		this.addEventListener("input", this);
	}

	field(name) {
		return this.querySelector(`[name="${name}"]`);
	}

	handleEvent(event) {
		const to = this.field(this.getAttribute("to"));
		if (event.target === to) this.typed = to.value !== "";
		else if (event.type === "change" && !this.typed && this.getAttribute("from").split(" ").includes(event.target.name)) this.propose(to);
	}

	async propose(to) {
		const asked = new URLSearchParams(this.getAttribute("from").split(" ").map(name => [name, this.field(name).value]));
		if ([...asked.values()].some(value => !value.trim())) return;
		const answer = await fetch(`${this.getAttribute("src")}?${asked}`, { headers: { "X-Preau-Fond": "1" } }).catch(() => null);
		if (answer?.ok && !this.typed) to.value = await answer.text();
	}
});
