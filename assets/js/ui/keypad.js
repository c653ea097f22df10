// <ui-keypad most="6">: a keypad beside a field of digits. The server draws its
// keys in another order at each view, so that where somebody presses tells
// nothing. Without this script the keys are not shown and the field is typed in;
// with it both work: digits may be typed, on the field or on the keys, and a
// touch screen does not open its own keyboard, whose software may remember them.
class Keypad extends HTMLElement {
	connectedCallback() {
		this.field = this.querySelector("input");
		this.field.inputMode = "none";
		for (const part of this.querySelectorAll("[hidden]")) part.hidden = false;
		this.addEventListener("click", this);
		this.addEventListener("keydown", this);
		this.field.addEventListener("input", () => this.hold(this.field.value));
		this.hold("");
	}

	handleEvent(event) {
		const key = event.target.closest("button");
		if (event.type === "click") {
			if (key) this.hold(key.value ? this.field.value + key.value : "");
			if (key && !key.value) this.field.focus();
			return;
		}
		if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
		if (/^[0-9]$/.test(event.key)) this.hold(this.field.value + event.key);
		else if (event.key === "Backspace") this.hold(this.field.value.slice(0, -1));
		else return;
		event.preventDefault();
	}

	// hold keeps the digits and says how many there are, never which.
	hold(text) {
		const most = Number(this.getAttribute("most"));
		const digits = text.replace(/[^0-9]/g, "").slice(0, most);
		if (this.field.value !== digits) this.field.value = digits;
		const says = digits.length > 1 ? "chiffres saisis" : "chiffre saisi";
		this.querySelector(".entered").textContent = `${digits.length} ${says} sur ${most}`;
	}
}
customElements.define("ui-keypad", Keypad);
