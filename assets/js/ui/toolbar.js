// A toolbar is one stop of the Tab key; the arrows move inside it.
document.addEventListener("keydown", event => {
	const bar = event.target.closest?.("[role=toolbar]");
	if (!bar || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) || event.target.matches("input, select")) return;
	const tools = [...bar.querySelectorAll("a[href], button")].filter(t => t.checkVisibility()), at = tools.indexOf(event.target);
	const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tools.length, Home: 0, End: tools.length - 1 }[event.key];
	event.preventDefault();
	for (const t of tools) t.tabIndex = -1;
	const next = tools[to % tools.length];
	next.tabIndex = 0;
	next.focus();
});
