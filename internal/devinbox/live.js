// Adds new messages to the top of the list. Without it the page still works by reloading.
(() => {
  const list = document.getElementById("messages");
  const count = document.getElementById("count");
  const dot = document.getElementById("live");
  const source = new EventSource("/inbox/events" + location.search);
  source.onopen = () => dot.classList.add("on");
  source.onerror = () => dot.classList.remove("on");
  source.onmessage = (e) => {
    const box = document.createElement("template");
    box.innerHTML = e.data;
    const card = box.content.firstElementChild;
    if (!card || document.getElementById(card.id)) return;
    card.classList.add("fresh");
    list.prepend(card);
    document.getElementById("empty")?.remove();
    count.textContent = Number(count.textContent) + 1;
  };
  // A page that was left but is kept for the way back would hold one of the browser's six
  // connections: after a few filters nothing would load any more.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  document.getElementById("clear").addEventListener("click", async () => {
    await fetch("/inbox/api/messages", { method: "DELETE" });
    location.reload();
  });
  for (const select of document.querySelectorAll("select")) {
    select.addEventListener("change", () => select.form.submit());
  }
})();
