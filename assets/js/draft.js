// A form with data-draft is kept on the server as one types, its files included:
// a reload, the end of the session or a crash lose none of it. data-draft-url is
// where it is kept; the answer says what is joined by now. While an earlier draft
// waits for a decision (data-draft-waits), it is not written over.
import "./ui/file.js";
import "./ui/refused.js";
import { say } from "./say.js";

const pause = 1500; // ms after the last key
const most = 4500; // ms after the first one that is not kept yet
const touched = new Map(); // form → { timer, since }
const saving = new Map(); // form → promise
const kept = new WeakMap(); // form → what was last kept of it

// A script that fills fields tells it to the form itself.
const drafted = target => [target.form ?? target].find(form => form.matches("form[data-draft]:not([data-draft-waits])"));

function later(form) {
	const { timer, since = Date.now() } = touched.get(form) ?? {};
	clearTimeout(timer);
	touched.set(form, { since, timer: setTimeout(() => save(form), Math.min(pause, Math.max(0, since + most - Date.now()))) });
}

for (const type of ["input", "change"]) document.addEventListener(type, event => {
	const form = drafted(event.target);
	if (form && !(event.target.type === "file" && !event.target.files.length)) later(form);
});

const chosen = form => [...form.querySelectorAll("input[type=file]")].flatMap(input => [...input.files]);

// What was typed, and not what the page proposes: that changes by itself, as the
// hour does.
const typed = e => e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked
	: e.tagName === "SELECT" ? [...e.options].some(o => o.selected !== o.defaultSelected) : e.value !== e.defaultValue;
const words = form => JSON.stringify([...form.elements].filter(e => e.name && !["hidden", "file"].includes(e.type) && typed(e)).map(e => [e.name, e.value, e.checked]));

// A draft that the page drawn again says is waiting is no earlier one when it is
// what is still in the form.
document.addEventListener("htmx:after:swap", () => {
	for (const form of document.querySelectorAll("[data-draft-waits]")) {
		if (kept.get(form) !== words(form)) continue;
		form.removeAttribute("data-draft-waits");
		form.parentElement.querySelector(":scope > .left")?.remove();
	}
});

async function save(form) {
	clearTimeout(touched.get(form)?.timer);
	if (!form.isConnected) return touched.delete(form);
	if (saving.has(form)) return later(form); // one at a time, in order
	touched.delete(form);
	const files = chosen(form);
	kept.set(form, words(form));
	const sent = send(form, new FormData(form)).then(answer => answer?.ok && answer.text().then(text => show(form, text, files)));
	saving.set(form, sent);
	await sent.catch(() => {});
	saving.delete(form);
}

async function send(form, body, more) {
	try {
		const answer = await fetch(form.dataset.draftUrl, { method: "POST", body, headers: { "X-Preau-Fond": "1" }, ...more });
		if (answer.status === 401) note(form, "Votre session a pris fin. Votre saisie est gardée\u00a0: envoyez-la pour vous reconnecter et la retrouver.");
		else if (answer.status === 403) note(form, "Cette page est restée ouverte trop longtemps. Votre saisie est gardée\u00a0: rechargez la page pour la retrouver.");
		else if (!answer.ok) note(form, "Votre saisie n’a pas pu être gardée. Copiez-la avant de quitter cette page.");
		return answer;
	} catch {
		note(form, "Votre saisie n’est pas encore gardée\u00a0: vérifiez la connexion.");
		setTimeout(() => later(form), pause);
	}
}

function note(form, text) {
	const place = form.querySelector("[data-kept]");
	let line = place.querySelector(".note");
	if (!line) {
		line = document.createElement("p");
		line.className = "note";
		place.append(line);
	}
	if (line.textContent !== text) say(line.textContent = text);
}

// What was sent is joined: the field of the files is empty again, unless somebody
// has chosen others meanwhile.
function show(form, text, files) {
	const now = chosen(form);
	if (files.length && now.length === files.length && now.every((file, i) => file === files[i])) {
		for (const input of form.querySelectorAll("input[type=file]")) {
			input.value = "";
			input.dispatchEvent(new Event("change", { bubbles: true }));
		}
	}
	const template = document.createElement("template");
	template.innerHTML = text;
	const place = form.querySelector("[data-kept]");
	const at = place.contains(document.activeElement) ? document.activeElement.value : null;
	place.replaceWith(template.content.querySelector("[data-kept]"));
	if (at) form.querySelector(`[data-kept] [value="${CSS.escape(at)}"]`)?.focus();
}

// What is being kept is kept before the form leaves, or it would come back as a
// draft of what was sent. A double click sends it once.
const leaving = new Set();
document.addEventListener("htmx:after:swap", () => leaving.clear());
document.addEventListener("submit", event => {
	const form = event.target;
	if (!form.matches("[data-draft]")) return;
	clearTimeout(touched.get(form)?.timer);
	touched.delete(form);
	if (!leaving.has(form) && !saving.has(form)) {
		leaving.add(form);
		setTimeout(() => leaving.delete(form), 1000);
		return;
	}
	event.preventDefault();
	event.stopImmediatePropagation();
	if (!leaving.has(form)) saving.get(form).catch(() => {}).finally(() => setTimeout(() => form.requestSubmit(event.submitter)));
}, true);

// Leaving the page keeps the last words: the browser sends no file then.
addEventListener("pagehide", () => {
	for (const form of touched.keys()) {
		const words = new FormData(form);
		for (const [name, value] of [...words]) if (value instanceof File) words.delete(name);
		send(form, words, { keepalive: true });
	}
	touched.clear();
});
