// Warns five minutes before the session ends, and lets it last.
const minute = 60_000;
const late = 2; // seconds after the end, so that asking then is no visit that prolongs
let timer;

function watch() {
	clearTimeout(timer);
	const notice = document.getElementById("fin-de-session");
	if (!notice) return;
	const ends = Date.now() + (Number(notice.dataset.seconds) + late) * 1000;
	const tick = () => {
		const left = Math.ceil((ends - Date.now()) / minute);
		if (left <= 0) return location.reload();
		if (left <= 5) {
			notice.hidden = false;
			notice.querySelector("[data-left]").textContent = left > 1 ? `${left} minutes` : "1 minute";
		}
		timer = setTimeout(tick, left > 5 ? ends - Date.now() - 5 * minute : minute / 2);
	};
	notice.hidden = true;
	tick();
}

watch();
document.addEventListener("htmx:after:swap", watch);
