// <ui-tabs>: the keyboard of tabs, each of which is a link to its own address.
customElements.define("ui-tabs", class extends HTMLElement {
	connectedCallback() {
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
});
