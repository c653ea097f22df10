// <ui-tabs>: the keyboard of tabs, each of which is a link to its own address. Where
// they are wider than the screen, the one that is shown is in sight.
customElements.define("ui-tabs", class extends HTMLElement {
	connectedCallback() {
		this.show();
		this.addEventListener("keydown", event => {
			const tabs = [...this.querySelectorAll("[role=tab]")], at = tabs.indexOf(document.activeElement);
			const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
			if (at < 0) return;
			if (event.key === " ") tabs[at].click();
			else if (to !== undefined) tabs[to % tabs.length].focus();
			else return;
			event.preventDefault();
		});
	}

	show() {
		const bar = this.firstElementChild, tab = bar?.querySelector("[aria-selected=true]");
		if (tab && tab.offsetLeft + tab.offsetWidth > bar.offsetLeft + bar.clientWidth) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft;
	}
});

document.addEventListener("htmx:after:swap", () => { for (const tabs of document.querySelectorAll("ui-tabs")) tabs.show(); });
