// The rows that the server answers to what somebody is typing: the last question
// counts, those before it are dropped.
import { say } from "./say.js";

export class Answers {
	#pending;

	drop() { this.#pending?.abort(); }

	async ask(source, text, show) {
		this.drop();
		this.#pending = new AbortController();
		try {
			const answer = await fetch(source + encodeURIComponent(text.trim()), { signal: this.#pending.signal, headers: { "HX-Request": "true", "X-Preau-Fond": "1" } });
			if (answer.status === 401) location.reload();
			else if (answer.ok) show(await answer.text());
			else say("La recherche n’a pas répondu. Réessayez.");
		} catch (error) {
			if (error.name !== "AbortError") say("La recherche n’a pas répondu. Vérifiez la connexion.");
		}
	}
}
