// <ui-canned for="f-solution" source="/url">: puts a canned answer in a text
// field, where the caret is. It opens by its button, or by « :: » typed in the
// field; one searches by name or by words of the text. Without it, the form that
// it holds asks the server for the page with the answer in its field.
import { fold, say } from "../say.js";

customElements.define("ui-canned", class extends HTMLElement {
	#answers;
	#shown = [];
	#at = 0;
	#marked = false; // opened by « :: », which the answer takes the place of

	connectedCallback() {
		this.ready();
		for (const type of ["click", "input", "keydown", "focusout"]) this.addEventListener(type, this);
		document.addEventListener("input", this);
		document.addEventListener("htmx:after:swap", this);
	}

	// Also after the page was drawn again, which gives the element back as the server
	// wrote it.
	ready() {
		this.opener = this.querySelector("button[aria-haspopup]");
		this.popup = this.querySelector(".popup");
		this.input = this.querySelector("[role=combobox]");
		this.list = this.querySelector("[role=listbox]");
		this.plain = this.querySelector("form");
		if (this.plain) this.plain.hidden = true;
		this.opener.hidden = false;
	}

	disconnectedCallback() {
		document.removeEventListener("input", this);
		document.removeEventListener("htmx:after:swap", this);
	}

	get field() { return document.getElementById(this.getAttribute("for")); }

	handleEvent(event) {
		if (event.type === "htmx:after:swap") this.ready();
		else if (event.type === "input" && event.target === this.field) this.typed();
		else if (this.contains(event.target)) this[`on${event.type}`]?.(event);
	}

	typed() {
		const before = this.field.value.slice(0, this.field.selectionStart);
		if (/(^|\s)::$/.test(before)) this.open(true);
	}

	async open(marked) {
		this.#marked = marked;
		if (!this.#answers) {
			const answer = await fetch(this.getAttribute("source"), { headers: { Accept: "application/json", "X-Preau-Fond": "1" } }).catch(() => null);
			if (answer?.status === 401) return location.reload();
			if (!answer?.ok) return say("Les réponses types n’ont pas pu être lues. Réessayez.");
			this.#answers = await answer.json();
		}
		this.popup.hidden = false;
		this.opener.ariaExpanded = "true";
		this.input.value = "";
		this.input.focus();
		this.show();
	}

	close(back) {
		if (this.popup.hidden) return;
		this.popup.hidden = true;
		this.opener.ariaExpanded = "false";
		if (back) this.field.focus();
	}

	show() {
		const words = fold(this.input.value).split(/\s+/).filter(Boolean);
		this.#shown = this.#answers.filter(a => words.every(w => fold(`${a.name} ${a.scope} ${a.text}`).includes(w)));
		this.list.replaceChildren(...this.#shown.map((a, i) => {
			const option = document.createElement("div"), name = document.createElement("span"), note = document.createElement("small");
			option.role = "option";
			option.id = `${this.list.id}-${i}`;
			option.dataset.at = i;
			name.className = "name";
			name.textContent = a.name;
			note.textContent = `${a.scope} · ${a.text}`;
			name.append(note);
			option.append(name);
			return option;
		}));
		if (!this.#shown.length) this.list.append(Object.assign(document.createElement("p"), { className: "empty", textContent: "Aucune réponse type ne contient ces mots." }));
		this.mark(0);
		const n = this.#shown.length;
		say(n ? `${n} réponse${n > 1 ? "s" : ""} type${n > 1 ? "s" : ""}` : "Aucune réponse type");
	}

	mark(at) {
		this.#at = at;
		const options = this.list.querySelectorAll("[role=option]");
		options.forEach((o, i) => o.ariaSelected = String(i === at));
		options[at]?.scrollIntoView({ block: "nearest" });
		if (options[at]) this.input.setAttribute("aria-activedescendant", options[at].id);
		else this.input.removeAttribute("aria-activedescendant");
	}

	insert(answer) {
		const field = this.field, end = field.selectionEnd;
		field.setRangeText(answer.text, this.#marked ? field.selectionStart - 2 : field.selectionStart, end, "end");
		this.close(true);
		field.dispatchEvent(new Event("input", { bubbles: true }));
		say(`« ${answer.name} » est dans la réponse.`);
	}

	onclick(event) {
		const option = event.target.closest("[role=option]");
		if (option) this.insert(this.#shown[option.dataset.at]);
		else if (event.target.closest("button") === this.opener) this.popup.hidden ? this.open(false) : this.close(true);
	}

	oninput() { this.show(); }

	onkeydown(event) {
		if (this.popup.hidden || event.target !== this.input) return;
		const n = this.#shown.length, key = event.key;
		if (key === "ArrowDown" || key === "ArrowUp") {
			if (n) this.mark((this.#at + (key === "ArrowDown" ? 1 : n - 1)) % n);
		} else if (key === "Enter") {
			if (n) this.insert(this.#shown[this.#at]);
		} else if (key === "Escape") {
			event.stopPropagation();
			this.close(true);
		} else return;
		event.preventDefault();
	}

	onfocusout(event) {
		if (!this.contains(event.relatedTarget)) this.close(false);
	}
});
