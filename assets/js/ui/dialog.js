// <ui-dialog>: makes modal the dialog that the server has drawn open. A dialog
// has its own address; closing it goes back to the page it is over.
customElements.define("ui-dialog", class extends HTMLElement {
	connectedCallback() {
		this.back = document.activeElement?.id;
		// Morphing may place the element before what it holds.
		if (this.firstElementChild) this.open();
		else queueMicrotask(() => this.isConnected && this.open());
	}

	open() {
		const dialog = this.firstElementChild;
		dialog.close();
		dialog.showModal();
		dialog.addEventListener("cancel", event => {
			event.preventDefault();
			(dialog.querySelector("[data-close]") ?? dialog.querySelector("footer a"))?.click();
		});
	}

	disconnectedCallback() {
		const back = document.getElementById(this.back) ?? document.getElementById("central");
		back?.focus();
	}
});
