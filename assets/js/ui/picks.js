// <ui-picks src="/url?q=">: boxes to tick among many. As one types, the server
// gives those that match; the ones that are ticked stay, on top. With the attribute
// twice, a double click on one sends the form with it.
import { Answers } from "../answers.js";
import { say } from "../say.js";

customElements.define("ui-picks", class extends HTMLElement {
	#answers = new Answers();
	#timer;

	connectedCallback() { // its children may not be there yet
		for (const type of ["input", "keydown", "change", "dblclick"]) this.addEventListener(type, this);
	}

	get input() {
		return this.querySelector("input[type=search]");
	}

	get list() {
		return this.querySelector(".picks");
	}

	disconnectedCallback() {
		this.#answers.drop();
		clearTimeout(this.#timer);
	}

	handleEvent(event) {
		if (event.type === "change") this.count(event.target);
		else if (event.type === "dblclick") this.choose(event.target.closest("li"));
		else if (event.target !== this.input) return;
		else if (event.type === "input") {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.search(), 120);
		} else if (event.key === "Enter") {
			event.preventDefault();
			this.search();
		}
	}

	search() { return this.#answers.ask(this.getAttribute("src"), this.input.value, html => this.show(html)); }

	show(html) {
		const kept = [...this.list.querySelectorAll("li:has(:checked)")];
		const ticked = new Set(kept.map(li => li.querySelector("input").value));
		const found = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("li")];
		this.list.replaceChildren(...kept, ...found.filter(li => !ticked.has(li.querySelector("input")?.value)));
		say(this.list.querySelector("[data-total]")?.textContent ?? "");
	}

	choose(row) {
		const box = row?.querySelector("input:enabled");
		if (!box || !this.hasAttribute("twice")) return;
		box.checked = true;
		box.form.requestSubmit();
	}

	count(box) {
		if (box.type !== "checkbox") return;
		const n = this.list.querySelectorAll(":checked").length;
		say(n ? `${n} établissement${n > 1 ? "s" : ""} coché${n > 1 ? "s" : ""}` : "Aucun établissement coché");
	}
});
