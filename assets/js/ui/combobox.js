// <ui-combobox src="/url?q=">: a text field that suggests, from the server, as
// one types. The chosen option is followed, when it is a link; otherwise it is
// sent with the form, under the name of the element. With the attribute inline
// the list is always shown.
import { Answers } from "../answers.js";
import { say } from "../say.js";
import { go } from "./moves.js";

customElements.define("ui-combobox", class extends HTMLElement {
	#answers = new Answers();
	#timer;
	#at = -1;

	connectedCallback() {
		this.input = this.querySelector("[role=combobox]");
		this.list = this.querySelector("[role=listbox]");
		this.inline = this.hasAttribute("inline");
		for (const type of ["input", "keydown", "focusout", "mousedown", "click"]) this.addEventListener(type, this);
		if (this.inline) this.number();
	}

	disconnectedCallback() {
		this.#answers.drop();
		clearTimeout(this.#timer);
	}

	handleEvent(event) {
		this[`on${event.type}`](event);
	}

	get options() {
		return [...this.list.querySelectorAll("[role=option]")];
	}

	get open() {
		return !this.list.hidden;
	}

	onfocusout(event) {
		if (!this.contains(event.relatedTarget)) this.close();
	}

	oninput() {
		clearTimeout(this.#timer);
		const text = this.input.value.trim(), target = this.querySelector("input[type=hidden]");
		if (target && this.input.name) target.value = ""; // what was chosen is no longer what is typed
		if (!text && !this.inline) this.close();
		else this.#timer = setTimeout(() => this.search(), 90);
	}

	search() { return this.#answers.ask(this.source, this.input.value, html => this.show(html)); }

	// With names fields of the form that the answers depend on.
	get source() {
		const src = this.getAttribute("src"), form = this.closest("form");
		const fields = (this.getAttribute("with") ?? "").split(" ").filter(name => form?.elements[name]);
		return src.replace(/q=$/, fields.map(name => `${name}=${encodeURIComponent(form.elements[name].value)}&`).join("") + "q=");
	}

	show(html) {
		this.list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
		this.list.hidden = false;
		this.input.ariaExpanded = "true";
		this.number();
		this.mark(-1);
		const n = this.options.length;
		say(this.list.querySelector("[data-total]")?.textContent || (n ? `${n} résultat${n > 1 ? "s" : ""}` : "Aucun résultat"));
	}

	number() {
		this.options.forEach((o, i) => o.id = `${this.list.id}-${i}`);
	}

	close() {
		this.#answers.drop();
		clearTimeout(this.#timer);
		this.mark(-1);
		if (this.inline) return;
		this.list.hidden = true;
		this.input.ariaExpanded = "false";
	}

	mark(at) {
		this.#at = at;
		this.options.forEach((o, i) => o.ariaSelected = String(i === at));
		const option = this.options[at];
		option?.scrollIntoView({ block: "nearest" });
		if (option) this.input.setAttribute("aria-activedescendant", option.id);
		else this.input.removeAttribute("aria-activedescendant");
	}

	onkeydown(event) {
		const n = this.options.length;
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			if (!this.open) this.search();
			else if (n) this.mark(event.key === "ArrowDown" ? (this.#at + 1) % n : (Math.max(this.#at, 0) + n - 1) % n);
		} else if (event.key === "Enter" && this.open && this.#at >= 0) {
			event.preventDefault();
			this.choose(this.options[this.#at]);
		} else if (event.key === "Escape" && this.open && !this.inline) {
			event.preventDefault();
			event.stopPropagation();
			this.close();
		} else if (event.key === "Escape" && this.input.value && !this.inline) {
			event.preventDefault();
			this.input.value = "";
		}
	}

	onmousedown(event) {
		if (event.target.closest("[role=option]")) event.preventDefault(); // the field keeps the focus
	}

	onclick(event) {
		const option = event.target.closest("[role=option]");
		if (!option || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		this.choose(option);
	}

	choose(option) {
		const target = this.querySelector("input[type=hidden]");
		this.input.value = option.dataset.value;
		if (option.tagName === "A" && !target) {
			this.close();
			go(option.getAttribute("href"));
			return;
		}
		target.value = option.dataset.id;
		this.options.forEach(o => o.ariaSelected = String(o === option));
		for (const b of this.closest("form")?.querySelectorAll("[data-needs-choice]") ?? []) b.disabled = false;
		this.dispatchEvent(new CustomEvent("preau:chosen", { bubbles: true, detail: option }));
		if (!this.inline) this.close();
	}
});
