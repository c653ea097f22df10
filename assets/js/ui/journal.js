// <ui-journal stream="…" after="12">: the events of the journal as they happen.
// One stream for all the tabs of a browser: the first one listens and shares
// what it hears; the others take over when it closes. It never moves the focus,
// nor what is being read.
const every = 15_000;

customElements.define("ui-journal", class extends HTMLElement {
	#source;
	#channel;
	#release;
	#poll;
	#waiting = [];

	connectedCallback() {
		this.list = this.querySelector("ol");
		this.last = +this.getAttribute("after");
		this.state = this.closest(".pane").querySelector("[data-live]");
		this.closest(".pane").addEventListener("click", event => this.clicked(event));
		this.listen();
	}

	disconnectedCallback() { this.stop(); }

	static observedAttributes = ["stream"];

	// The page moved to another establishment.
	attributeChangedCallback(name, before, now) {
		if (!before || before === now || !this.list) return;
		this.stop();
		this.last = +this.getAttribute("after");
		this.listen();
	}

	listen() {
		const stream = this.getAttribute("stream");
		if (!stream) return;
		this.#channel = new BroadcastChannel(`journal ${stream}`);
		this.#channel.onmessage = event => this.hear(event.data);
		if (!navigator.locks) return this.poll();
		navigator.locks.request(`journal ${stream}`, { ifAvailable: false }, () => this.isConnected && !this.#source && this.getAttribute("stream") === stream && this.lead(stream));
	}

	// This tab holds the stream until it leaves.
	lead(stream) {
		this.#source = new EventSource(`${stream}?apres=${this.last}`);
		this.#source.onmessage = event => {
			const heard = { id: +event.lastEventId, html: event.data };
			this.hear(heard);
			this.#channel.postMessage(heard);
		};
		this.#source.onopen = () => this.say("live");
		this.#source.onerror = () => this.say("cut");
		this.#source.addEventListener("fin", event => { this.stop(); this.say(event.data === "place" ? "off" : "over"); });
		return new Promise(done => this.#release = done);
	}

	// Without locks: ask from time to time.
	poll() {
		this.#poll = setInterval(async () => {
			const answer = await fetch(`${this.getAttribute("stream").replace(/flux$/, "evenements")}?apres=${this.last}`, { headers: { "X-Preau-Fond": "1" } });
			if (answer.ok) this.hear({ id: +answer.headers.get("X-Dernier") || this.last, html: await answer.text() });
		}, every);
	}

	stop() {
		this.#source?.close();
		this.#channel?.close();
		this.#release?.();
		clearInterval(this.#poll);
		this.#source = this.#release = null;
	}

	hear({ id, html }) {
		if (id <= this.last || !html.trim()) return;
		this.last = id;
		this.#waiting.unshift(...new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li"));
		if (this.paused) this.count();
		else this.pour();
	}

	get paused() { return this.hasAttribute("paused"); }

	// Shows what has come, without moving what is being read.
	pour() {
		const top = this.list.scrollTop, height = this.list.scrollHeight;
		for (const row of this.#waiting.reverse()) this.list.prepend(row);
		this.#waiting = [];
		while (this.list.children.length > 200) this.list.lastElementChild.remove();
		this.list.querySelector(".empty")?.remove();
		if (top > 0) this.list.scrollTop = top + this.list.scrollHeight - height;
		this.count();
	}

	count() {
		const fresh = this.closest(".pane").querySelector("[data-fresh]"), n = this.#waiting.length;
		fresh.hidden = !n;
		fresh.textContent = n > 1 ? `${n} nouveaux` : "1 nouveau";
	}

	clicked(event) {
		const what = event.target.closest("[data-journal]")?.dataset.journal;
		if (what === "pause") {
			this.toggleAttribute("paused");
			event.target.closest("button").setAttribute("aria-pressed", String(this.paused));
			if (!this.paused) this.pour();
			this.say(this.paused ? "paused" : "live");
		} else if (what === "fresh") this.pour();
		else if (what === "filter") {
			this.toggleAttribute("important");
			event.target.closest("button").setAttribute("aria-pressed", String(this.hasAttribute("important")));
		}
	}

	say(state) {
		this.state.dataset.live = state;
		this.state.querySelector("span").textContent = { live: "En direct", cut: "Reconnexion…", paused: "En pause", off: "À jour au chargement", over: "Session terminée" }[state];
	}
});
