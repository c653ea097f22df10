// <ui-lookalikes src="/url" fields="nom prenom">: asks the server who looks like
// what is typed in these fields of its form, and shows it. Who was chosen stays
// chosen as long as they are proposed.
import { say } from "../say.js";

customElements.define("ui-lookalikes", class extends HTMLElement {
	#pending;
	#timer;

	connectedCallback() {
		this.form = this.closest("form");
		this.form.addEventListener("input", this);
	}

	disconnectedCallback() {
		this.form.removeEventListener("input", this);
		this.#pending?.abort();
		clearTimeout(this.#timer);
	}

	handleEvent(event) {
		if (!this.getAttribute("fields").split(" ").includes(event.target.name)) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.ask(), 250);
	}

	async ask() {
		this.#pending?.abort();
		this.#pending = new AbortController();
		try {
			const answer = await fetch(this.getAttribute("src"), { method: "POST", body: new URLSearchParams(new FormData(this.form)), signal: this.#pending.signal, headers: { "X-Preau-Fond": "1" } });
			if (answer.status === 401) location.reload();
			else if (answer.ok) this.show(await answer.text());
		} catch (error) {
			if (error.name !== "AbortError") say("La recherche de ressemblances n’a pas répondu. Vérifiez la connexion.");
		}
	}

	show(html) {
		const list = this.firstElementChild, before = list.querySelector("[data-total]")?.textContent ?? "";
		const chosen = list.querySelector("[name=compte]:checked")?.value;
		list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
		const again = chosen && [...list.querySelectorAll("[name=compte]")].find(r => r.value === chosen);
		if (again) again.checked = true;
		const total = list.querySelector("[data-total]")?.textContent ?? "";
		if (total !== before) say(total || "Personne ne ressemble à celle que vous ajoutez");
	}
});
