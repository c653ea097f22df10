// <ui-dialog>: makes modal the dialog that the server has drawn open. A dialog
// has its own address; closing it goes back to the page it is over.
customElements.define("ui-dialog", class extends HTMLElement {
	connectedCallback() {
		const dialog = this.firstElementChild;
		this.back = document.activeElement?.id;
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
