// <ui-tree>: the keyboard of a tree, as the ARIA practices describe it. With
// fold="name", what the visitor closes is remembered in the cookie of that
// name, so that the server draws the tree as it was left.
import { fold, keep } from "../say.js";

customElements.define("ui-tree", class extends HTMLElement {
	#typed = "";
	#timer;

	connectedCallback() {
		for (const type of ["click", "dblclick", "keydown", "focusin"]) this.addEventListener(type, this);
		if (!this.querySelector("[role=treeitem][tabindex='0']")) this.querySelector("[role=treeitem]")?.setAttribute("tabindex", "0");
	}

	handleEvent(event) {
		const item = event.target.closest("[role=treeitem]");
		if (item) this[`on${event.type}`](item, event);
	}

	get visible() {
		return [...this.querySelectorAll("[role=treeitem]")].filter(i => i.checkVisibility());
	}

	onfocusin(item) {
		for (const i of this.querySelectorAll("[role=treeitem][tabindex='0']")) i.tabIndex = -1;
		item.tabIndex = 0;
	}

	onclick(item, event) {
		if (!item.ariaExpanded || item.tagName === "A" && !event.target.closest(".twist")) return;
		event.preventDefault();
		event.stopPropagation();
		this.toggle(item);
	}

	ondblclick(item, event) {
		if (item.tagName !== "A" && !event.target.closest(".twist, button")) this.toggle(item);
	}

	onkeydown(item, event) {
		if (event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
		const all = this.visible, at = all.indexOf(item);
		const keys = {
			ArrowDown: () => all[at + 1],
			ArrowUp: () => all[at - 1],
			Home: () => all[0],
			End: () => all.at(-1),
			ArrowRight: () => item.ariaExpanded === "false" ? this.toggle(item) : item.ariaExpanded && all[at + 1],
			ArrowLeft: () => item.ariaExpanded === "true" ? this.toggle(item) : item.parentElement.parentElement.closest("li")?.querySelector("[role=treeitem]"),
			Enter: () => item.tagName === "A" ? item.click() : this.toggle(item),
			"*": () => { for (const i of item.parentElement.parentElement.querySelectorAll(":scope > li > [aria-expanded=false]")) this.toggle(i); },
		};
		if (keys[event.key]) {
			event.preventDefault();
			keys[event.key]()?.focus?.();
		} else if (event.key.length === 1 && event.key !== " ") {
			this.type(event.key, all, at);
		}
	}

	// Goes to the next item whose name begins with the letters typed.
	type(letter, all, at) {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#typed = "", 600);
		this.#typed += letter;
		const start = this.#typed.length > 1 ? at : at + 1;
		[...all.slice(start), ...all.slice(0, start)].find(i => fold(i.querySelector(".name").textContent).startsWith(fold(this.#typed)))?.focus();
	}

	toggle(item) {
		if (!item.ariaExpanded) return;
		item.ariaExpanded = String(item.ariaExpanded !== "true");
		const cookie = this.getAttribute("fold");
		if (cookie) keep(cookie, [...this.querySelectorAll("[aria-expanded=false]")].map(i => i.dataset.node).join("."));
	}
});
