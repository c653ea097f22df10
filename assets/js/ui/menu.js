// <ui-menu popover>: a menu opened by its button, and for what names it in
// data-menu by a right click, the context menu key or Shift+F10 too. Its links
// are completed with the data-id of what it was opened on.
customElements.define("ui-menu", class extends HTMLElement {
	#owner;

	connectedCallback() {
		for (const type of ["keydown", "click", "toggle"]) this.addEventListener(type, this);
	}

	handleEvent(event) {
		this[`on${event.type}`](event);
	}

	get items() {
		return [...this.querySelectorAll("[role^=menuitem]")].filter(i => i.checkVisibility());
	}

	// Makes the commands those of what the menu is opened on: their links, the fields
	// of their forms, and which of them there are.
	aim(owner) {
		this.#owner = owner;
		for (const item of this.querySelectorAll("[data-href]")) item.setAttribute("href", item.dataset.href.replace("{id}", encodeURIComponent(owner.dataset.id)));
		for (const item of this.querySelectorAll("[data-fiche]")) {
			item.hidden = !owner.dataset.fiche;
			if (owner.dataset.fiche) item.setAttribute("href", owner.dataset.fiche);
		}
		for (const item of this.querySelectorAll("[data-when]")) item.hidden = item.hidden && item.matches("[data-fiche]") || !item.dataset.when.split(" ").includes(owner.dataset.state);
		for (const item of this.querySelectorAll("button[form]")) for (const field of item.form.querySelectorAll("[data-of]")) field.value = owner.dataset[field.dataset.of] ?? "";
	}

	open(owner, x, y) {
		this.aim(owner);
		htmx.process(this);
		this.showPopover();
		const box = this.getBoundingClientRect();
		this.style.left = `${Math.max(8, Math.min(x, innerWidth - box.width - 8))}px`;
		this.style.top = `${y + box.height > innerHeight - 8 ? Math.max(8, y - box.height) : y}px`;
		this.items[0]?.focus();
	}

	// The element that opened the menu: a row, a node, or its own button.
	get opener() {
		return this.#owner ?? document.querySelector(`[popovertarget="${this.id}"]`);
	}

	ontoggle(event) {
		const open = event.newState === "open", opener = this.opener;
		(opener?.querySelector(".more") ?? opener)?.setAttribute("aria-expanded", String(open));
		if (open && !this.#owner) {
			const box = opener.getBoundingClientRect();
			this.style.top = `${box.bottom + 6}px`;
			this.style.left = `${Math.max(8, Math.min(box.right - this.offsetWidth, innerWidth - this.offsetWidth - 8))}px`;
			this.items[0]?.focus();
		}
		if (!open && (this.contains(document.activeElement) || document.activeElement === document.body)) this.focusBack();
	}

	focusBack() {
		const opener = this.opener;
		(opener?.matches("a, button, [tabindex]") ? opener : opener?.querySelector("a, button"))?.focus();
	}

	onclick(event) {
		const item = event.target.closest("[role^=menuitem]");
		if (!item) return;
		if (item.ariaDisabled === "true") event.preventDefault();
		else this.hidePopover();
	}

	onkeydown(event) {
		const items = this.items, at = items.indexOf(document.activeElement);
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
		if (to !== undefined) items.at(to % items.length).focus();
		else if (event.key === "Tab") this.hidePopover();
		else if (event.key === "Enter" || event.key === " ") document.activeElement.click();
		else if (event.key.length === 1) items.find(i => i.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
		else return;
		event.preventDefault();
	}
});

function open(owner, x, y) {
	document.getElementById(owner.dataset.menu)?.open(owner, x, y);
}

document.addEventListener("contextmenu", event => {
	const owner = event.target.closest?.("[data-menu]");
	if (!owner || event.target.closest("input, textarea")) return;
	event.preventDefault();
	const box = owner.getBoundingClientRect();
	open(owner, event.clientX || box.left + 24, event.clientY || box.bottom);
});

document.addEventListener("click", event => {
	const more = event.target.closest?.(".more");
	const owner = more?.closest("[data-menu]");
	if (!owner) return;
	event.preventDefault();
	event.stopPropagation();
	const box = more.getBoundingClientRect();
	open(owner, box.left, box.bottom + 4);
}, true);

document.addEventListener("keydown", event => {
	if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
	const owner = event.target.closest?.("[data-menu]");
	if (!owner) return;
	event.preventDefault();
	const box = owner.getBoundingClientRect();
	open(owner, box.left + 24, box.bottom);
});

// The keys of the commands work on the line itself.
document.addEventListener("keydown", event => {
	const owner = event.target.closest?.("[role=treeitem]")?.closest("[data-menu]"), ctrl = event.ctrlKey || event.metaKey;
	if (!owner) return;
	const key = ctrl ? { c: "copy", v: "paste" }[event.key.toLowerCase()] : event.key;
	const menu = document.getElementById(owner.dataset.menu), item = key && menu?.querySelector(`[data-keys="${CSS.escape(key)}"]`);
	if (!item) return;
	event.preventDefault();
	menu.aim(owner);
	if (!item.hidden && item.ariaDisabled !== "true") item.click();
});
