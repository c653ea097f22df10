// <ui-tree>: the keyboard of a tree, as the ARIA practices describe it. With
// fold="name", what the visitor closes is remembered in the cookie of that
// name, so that the server draws the tree as it was left; with unfold="name",
// what the visitor opens, in a tree that is closed at first. The lines of a branch
// with data-lines come from that address when it is opened. In a tree that unfolds,
// Enter opens and closes, as a double click does, and the space bar chooses, as a
// click does.
import { fold, keep, say } from "../say.js";
import { go } from "./moves.js";

const chooses = tree => tree.hasAttribute("unfold") && !tree.hasAttribute("picks");
const most = 60; // branches that a cookie keeps open: the latest ones

customElements.define("ui-tree", class extends HTMLElement {
	#typed = "";
	#timer;
	#last; // identifier of the line that had the focus

	connectedCallback() {
		for (const type of ["click", "dblclick", "keydown", "focusin"]) this.addEventListener(type, this, type === "click"); // before htmx follows a link
		this.settle();
		const line = this.querySelector("[aria-current]"), box = this.getBoundingClientRect();
		if (line && line.getBoundingClientRect().bottom > box.bottom) this.scrollTop += line.getBoundingClientRect().top - box.top - box.height / 2;
	}

	// One line takes part in the Tab order, also when the page is drawn again: the one
	// that had the focus, or else the chosen one, or else the first.
	settle() {
		const all = this.visible, line = all.find(i => i.id && i.id === this.#last) ?? all.find(i => i.ariaCurrent) ?? all[0];
		for (const i of this.querySelectorAll("[role=treeitem][tabindex='0']")) i.tabIndex = -1;
		if (line) line.tabIndex = 0;
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
		this.#last = item.id;
	}

	onclick(item, event) {
		if (item.dataset.more) {
			event.preventDefault();
			event.stopPropagation();
			this.follow(item);
			return;
		}
		if (!item.ariaExpanded || item.tagName === "A" && !event.target.closest(".twist")) return;
		event.preventDefault();
		event.stopPropagation();
		this.toggle(item);
	}

	ondblclick(item, event) {
		if (this.hasAttribute("picks") && !item.parentElement.querySelector(":scope > .tick")) return; // a folder: one click has opened it
		if ((item.tagName !== "A" || this.hasAttribute("unfold")) && !event.target.closest(".twist, button")) this.toggle(item);
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
			Enter: () => this.hasAttribute("unfold") && item.ariaExpanded ? this.toggle(item) : item.tagName === "A" ? this.open(item) : this.toggle(item),
			"*": () => { for (const i of item.parentElement.parentElement.querySelectorAll(":scope > li > [aria-expanded=false]")) this.toggle(i); },
		};
		if (keys[event.key]) {
			event.preventDefault();
			keys[event.key]()?.focus?.();
		} else if (event.key === " " && chooses(this)) {
			event.preventDefault();
			go(item.getAttribute("href"));
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

	// Follows the link of a line: in a tree where a click chooses, what it leads to.
	open(item) {
		if (this.hasAttribute("picks") && !item.dataset.more) go(item.getAttribute("href"));
		else item.click();
	}

	toggle(item) {
		if (!item.ariaExpanded) return;
		item.ariaExpanded = String(item.ariaExpanded !== "true");
		const closed = this.getAttribute("fold"), opened = this.getAttribute("unfold");
		if (closed) keep(closed, [...this.querySelectorAll("[aria-expanded=false]")].map(i => i.dataset.node).join("."));
		if (opened) keep(opened, [...this.querySelectorAll("[aria-expanded=true][data-node]")].map(i => i.dataset.node).slice(-most).join("."));
		const lines = document.getElementById(item.getAttribute("aria-owns"));
		if (item.ariaExpanded === "true" && item.dataset.lines && !lines.firstElementChild) this.read(item.dataset.lines, html => lines.innerHTML = html);
	}

	// Reads the lines that follow, in the place of the one that says how many they are.
	follow(item) {
		const line = item.parentElement, before = line.previousElementSibling;
		this.read(item.dataset.more, html => {
			line.outerHTML = html;
			(before?.nextElementSibling ?? this).querySelector("[role=treeitem]")?.focus();
		});
	}

	async read(url, show) {
		this.ariaBusy = "true";
		try {
			const answer = await fetch(url, { headers: { "X-Preau-Fond": "1" } });
			if (!answer.ok) throw new Error(answer.status);
			show(await answer.text());
			htmx.process(this);
			document.dispatchEvent(new CustomEvent("preau:lines"));
		} catch {
			say("Ces lignes n’ont pas pu être lues\u00a0: vérifiez la connexion, puis recommencez.");
		}
		this.ariaBusy = "false";
	}
});

document.addEventListener("htmx:after:swap", () => { for (const tree of document.querySelectorAll("ui-tree")) tree.settle(); });
