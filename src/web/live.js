// Asks for the changing part once a second. Opened explanations stay open, and a page that is not looked at does not ask.
const live = document.getElementById("live");

function openKeys() {
  return new Set([...live.querySelectorAll("details[open] time")].map((time) => time.getAttribute("datetime")));
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/live", { cache: "no-store" });
      if (answer.ok) {
        const open = openKeys();
        live.innerHTML = await answer.text();
        for (const time of live.querySelectorAll("details time")) {
          if (open.has(time.getAttribute("datetime"))) time.closest("details").open = true;
        }
        live.classList.remove("stale");
      }
    } catch {
      live.classList.add("stale");
    }
  }
  setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
