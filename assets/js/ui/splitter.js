// <ui-splitter pane="side">: the edge of a pane. The size of a pane is a step,
// an attribute of the page that the style sheet maps to a length, kept in a
// cookie so that the server draws it at once.
import { keep } from "../say.js";

const root = document.documentElement;

customElements.define("ui-splitter", class extends HTMLElement {
	connectedCallback() {
		for (const type of ["pointerdown", "keydown", "dblclick"]) this.addEventListener(type, this);
	}

	get pane() { return this.getAttribute("pane"); }
	get vertical() { return this.ariaOrientation === "vertical"; }
	get step() { return +this.ariaValueNow; }

	set(step) {
		step = Math.min(+this.ariaValueMax, Math.max(+this.ariaValueMin, step));
		this.ariaValueNow = step;
		root.dataset[this.pane] = step;
		keep(`volet-${this.pane}`, step);
	}

	handleEvent(event) {
		this[`on${event.type}`](event);
	}

	// Enter folds the pane, and unfolds it as it was.
	fold() {
		if (this.step) this.before = this.step;
		this.set(this.step ? 0 : this.before ?? 3);
	}

	ondblclick() { this.fold(); }

	onkeydown(event) {
		const by = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1, Home: -100, End: 100 }[event.key];
		if (event.key === "Enter") this.fold();
		else if (by !== undefined) this.set(this.step + by);
		else return;
		event.preventDefault();
	}

	onpointerdown(event) {
		this.setPointerCapture(event.pointerId);
		const from = this.vertical ? event.clientX : event.clientY, step = this.step;
		this.onpointermove = e => this.set(step + Math.round((this.vertical ? e.clientX - from : from - e.clientY) / 40));
		this.onpointerup = this.onpointercancel = () => this.onpointermove = null;
	}
});
