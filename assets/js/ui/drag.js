// Dragging into groups, with a mouse or a finger: lines with data-drag onto those
// with data-depot. A drop fills and sends the form of the tick boxes and of its
// button, so that there is one way to add.
import { say } from "../say.js";

let dragged; // { items, label }

const form = () => document.getElementById("ajout");
const nameOf = items => items.length > 1 ? `${items.length} éléments` : items[0].dataset.name;

// What is dragged: the line, or all that is ticked if it is one of those.
function lift(item) {
	const box = item.parentElement.querySelector(":scope > .tick");
	const items = box?.checked ? [...document.querySelectorAll(".tick:checked")].map(b => b.parentElement.querySelector("[data-drag]")) : [item];
	dragged = { items, label: nameOf(items) };
	document.documentElement.classList.add("dragging");
}

// Why what is dragged cannot be dropped on a group, "" if it can.
function refusal(target) {
	for (const item of dragged.items) {
		const line = item.parentElement, into = target.parentElement;
		if (item === target || item.dataset.drag.startsWith("g/") && line.contains(into)) return "Un groupe ne peut pas se contenir lui-même";
		if (item.dataset.depot && into === line.parentElement.closest("li")) return "Ce sous-groupe y est déjà";
		if (line.dataset.groupe === target.dataset.depot && !item.dataset.depot) return "Déjà dans ce groupe";
		const open = target.dataset.profils, profile = item.dataset.profil;
		if (open !== undefined && profile && !open.split(" ").includes(profile)) return "Profil non autorisé dans ce groupe";
	}
	return "";
}

function point(target) {
	for (const other of document.querySelectorAll("[data-depot].over, [data-depot].refused")) if (other !== target) clear(other);
	if (!target) return "";
	const why = refusal(target);
	target.classList.add(why ? "refused" : "over");
	target.dataset.drop = why || `Déposer ici\u00a0: ${dragged.label}`;
	return why;
}

function clear(target) {
	target.classList.remove("over", "refused");
	delete target.dataset.drop;
}

function drop(target) {
	const why = refusal(target), { items } = dragged;
	end();
	if (why) return say(`${why}.`);
	send(target.dataset.depot, items.map(item => item.dataset.drag));
}

function end() {
	dragged = null;
	document.documentElement.classList.remove("dragging");
	point(null);
}

// Sends the form of the right tree for some elements, with the group.
function send(group, objects) {
	const to = form(), left = new Set(objects);
	for (const box of document.querySelectorAll(".tick")) {
		box.checked = left.delete(box.value);
	}
	for (const object of left) { // they come from the tree of groups
		const field = document.createElement("input");
		Object.assign(field, { type: "hidden", name: "objet", value: object });
		to.append(field);
	}
	to.elements.groupe.value = group;
	const button = to.querySelector("[data-default]");
	button.disabled = false;
	to.requestSubmit(button);
}

document.addEventListener("dragstart", event => {
	const item = event.target.closest?.("[data-drag]");
	if (!item) return;
	lift(item);
	event.dataTransfer.effectAllowed = "copy";
	event.dataTransfer.setData("text/plain", dragged.label);
	const label = document.createElement("div");
	label.className = "drag-label";
	label.textContent = dragged.label;
	document.body.append(label);
	event.dataTransfer.setDragImage(label, -12, -4);
	setTimeout(() => label.remove());
});

for (const type of ["dragenter", "dragover"]) document.addEventListener(type, event => {
	if (!dragged) return;
	const target = event.target.closest?.("[data-depot]");
	if (point(target) || !target) return;
	event.preventDefault();
	event.dataTransfer.dropEffect = "copy";
});

document.addEventListener("drop", event => {
	const target = dragged && event.target.closest?.("[data-depot]");
	if (!target) return;
	event.preventDefault();
	drop(target);
});

document.addEventListener("dragend", () => dragged && end());

// With a finger: a long press lifts the line, the finger carries it. Released where
// it was, it is ticked; released elsewhere than on a group, nothing happens.
const long = 350; // ms
let touch; // { item, timer, moved }

document.addEventListener("touchstart", event => {
	const item = event.target.closest?.("[data-drag]");
	if (!item || event.touches.length > 1) return;
	touch = { item, timer: setTimeout(() => {
		lift(item);
		touch.label = document.createElement("div");
		touch.label.className = "drag-label carried";
		touch.label.textContent = dragged.label;
		document.body.append(touch.label);
		carry(event.touches[0]);
	}, long) };
}, { passive: true });

document.addEventListener("touchmove", event => {
	if (!touch) return;
	if (!dragged) return cancel(); // the page is being scrolled
	event.preventDefault();
	touch.moved = true;
	carry(event.touches[0]);
	point(under(event.touches[0]));
}, { passive: false });

document.addEventListener("touchend", event => {
	if (!touch) return;
	const { item, moved } = touch, target = dragged && under(event.changedTouches[0]);
	const lifted = Boolean(dragged);
	cancel();
	if (!lifted) return;
	event.preventDefault();
	if (target && moved) {
		lift(item);
		drop(target);
	} else if (!moved) {
		const box = item.parentElement.querySelector(":scope > .tick");
		if (box) box.click();
	}
});

document.addEventListener("touchcancel", () => touch && cancel());

// The long press is ours: the menu of the line has its own button.
document.addEventListener("contextmenu", event => {
	if (touch && event.target.closest?.("[data-drag]")) {
		event.preventDefault();
		event.stopImmediatePropagation();
	}
}, true);

const under = finger => document.elementFromPoint(finger.clientX, finger.clientY)?.closest("[data-depot]");

function carry(finger) {
	Object.assign(touch.label.style, { left: `${finger.clientX + 12}px`, top: `${finger.clientY - 36}px` });
	const pane = document.elementFromPoint(finger.clientX, finger.clientY)?.closest(".scroll"), edge = 32;
	const box = pane?.getBoundingClientRect();
	if (box && finger.clientY < box.top + edge) pane.scrollBy(0, -12);
	if (box && finger.clientY > box.bottom - edge) pane.scrollBy(0, 12);
}

function cancel() {
	clearTimeout(touch.timer);
	touch.label?.remove();
	touch = null;
	if (dragged) end();
}
