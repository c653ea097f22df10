// A button that prints the page: its style sheet keeps what is on paper.
document.addEventListener("click", event => {
	if (event.target.closest?.("[data-print]")) print();
});
