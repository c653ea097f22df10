// <ui-tree picks="form">: lines are chosen by a click, several with Ctrl, Shift or
// the space bar; the tick box of each belongs to the form, which says how many.
let anchor; // where a range begins

const trees = () => document.querySelectorAll("ui-tree[picks]");
const boxOf = item => item.parentElement.querySelector(":scope > .tick");
const boxesOf = tree => [...tree.querySelectorAll(".tick")];

function choose(item, on) {
	const box = boxOf(item);
	if (!box) return;
	box.checked = on;
	item.ariaSelected = String(on);
}

function tell(tree) {
	for (const box of boxesOf(tree)) box.parentElement.querySelector(":scope > [role=treeitem]").ariaSelected = String(box.checked);
	const form = document.getElementById(tree.getAttribute("picks"));
	const n = boxesOf(tree).filter(box => box.checked).length;
	form.querySelector("[data-selected]").textContent = n ? `${n} élément${n > 1 ? "s" : ""} coché${n > 1 ? "s" : ""}` : "Aucune sélection";
	for (const command of form.querySelectorAll("[data-bulk]")) command.disabled = !n;
}

export function only(item) {
	const tree = item.closest("ui-tree");
	for (const box of boxesOf(tree)) box.checked = false;
	choose(item, true);
	tell(tree);
}

document.addEventListener("click", event => {
	const item = event.target.closest?.("ui-tree[picks] [role=treeitem]");
	if (!item || event.target.closest(".twist") || item.dataset.more) return;
	event.preventDefault();
	event.stopPropagation();
	const tree = item.closest("ui-tree");
	if (!boxOf(item)) { // a folder is opened, and leaves what is chosen
		if (event.detail < 2) tree.toggle(item);
		return;
	}
	if (event.shiftKey && anchor?.isConnected) {
		const all = tree.visible, [from, to] = [all.indexOf(anchor), all.indexOf(item)].sort((a, b) => a - b);
		for (const each of all.slice(from, to + 1)) choose(each, true);
		tell(tree);
		return;
	}
	anchor = item;
	if (event.ctrlKey || event.metaKey) {
		choose(item, !boxOf(item)?.checked);
		tell(tree);
	} else {
		only(item);
	}
}, true);

document.addEventListener("change", event => {
	const tree = event.target.closest?.("ui-tree[picks]");
	if (tree && event.target.matches(".tick")) tell(tree);
});

document.addEventListener("keydown", event => {
	const item = event.target.closest?.("ui-tree[picks] [role=treeitem]");
	if (!item || event.key !== " ") return;
	event.preventDefault();
	anchor = item;
	choose(item, !boxOf(item)?.checked);
	tell(item.closest("ui-tree"));
});

// « Ajouter au groupe… »: what the menu was opened on is ticked, and one chooses
// the group.
document.addEventListener("click", event => {
	const command = event.target.closest?.("[data-target]");
	if (!command) return;
	const item = command.closest("ui-menu").opener.querySelector("[role=treeitem]");
	if (!boxOf(item).checked) only(item);
	document.querySelector("[data-ticks] select").focus();
});

// « Copier », by the menu or by Ctrl+C on a line that is ticked: with all the others.
document.addEventListener("click", event => {
	const command = event.target.closest?.("ui-menu [value=copier]"), item = command?.closest("ui-menu").opener?.querySelector("[role=treeitem]");
	if (!item || !boxOf(item)?.checked) return;
	event.preventDefault();
	document.querySelector("[data-ticks] [value=copier]").click();
}, true);

const drawn = () => trees().forEach(tell);
for (const type of ["htmx:after:swap", "preau:lines"]) document.addEventListener(type, drawn);
drawn();
