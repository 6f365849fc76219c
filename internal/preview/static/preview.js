// Saves clicks: fits frames, shows the dark look, shows changed data as it is typed, and shows
// the page anew when a file is saved. Without it everything still works by its links.
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $("data"), dark = $("dark");

  // A mail program in the dark takes the rules for it; so do these frames.
  const paint = (frame) => {
    frame.original ??= frame.srcdoc;
    const look = dark?.checked ? "all" : "not all";
    frame.srcdoc = frame.original.replaceAll("(prefers-color-scheme: dark)", look);
    frame.classList.toggle("dark", !!dark?.checked);
    frame.onload = () => { frame.style.height = frame.contentDocument.documentElement.scrollHeight + 2 + "px"; };
  };
  const paintAll = () => document.querySelectorAll("iframe").forEach(paint);

  if (dark) {
    dark.checked = location.hash === "#dark" || localStorage.getItem("dark") === "yes";
    dark.addEventListener("change", () => { localStorage.setItem("dark", dark.checked ? "yes" : "no"); paintAll(); });
  }
  paintAll();
  const tree = document.querySelector(".tree"), here = tree?.querySelector(".on");
  if (here) tree.scrollTop = here.offsetTop - tree.clientHeight / 2; // the tree alone, not the page

  const refresh = async () => {
    const edited = form && "edited" in form.dataset;
    const answer = await fetch(location.pathname, edited ? { method: "POST", body: new URLSearchParams(new FormData(form)) } : {});
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["#shown", ".count", ".index"]) {
      const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
      if (old && fresh) old.innerHTML = fresh.innerHTML;
    }
    if (form && !edited) form.elements.data.value = page.getElementById("data").elements.data.value;
    paintAll();
    $("live")?.classList.add("on");
  };

  let typing;
  form?.addEventListener("input", () => {
    form.dataset.edited = "";
    clearTimeout(typing);
    typing = setTimeout(refresh, 250);
  });

  if (document.body.dataset.live) {
    const source = new EventSource(document.body.dataset.live);
    source.onopen = () => $("live").classList.add("on");
    source.onerror = () => $("live").classList.remove("on");
    source.onmessage = refresh;
    addEventListener("pagehide", () => source.close()); // a page kept for the way back would hold a connection
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  }
})();
