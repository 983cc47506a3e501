"use strict";
// Without this script every page can be read and every form can be sent.
(() => {
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-due]")) {
      const left = Math.floor((Date.parse(clock.dataset.due) - Date.now()) / 1000);
      const size = Math.abs(left);
      clock.textContent = `${left < 0 ? "−" : ""}${Math.floor(size / 60)}:${two(size % 60)}`;
      clock.classList.toggle("short", left < 300);
    }
  };
  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!(target instanceof HTMLDetailsElement)) return;
    for (let one = target; one; one = one.parentElement) {
      if (one instanceof HTMLDetailsElement) one.open = true;
    }
    target.scrollIntoView();
  };
  setInterval(tick, 1000);
  addEventListener("hashchange", openTarget);
  openTarget();

  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const news = document.getElementById("news");
  const entries = document.getElementById("entries");
  const source = new EventSource(live.dataset.source);

  source.addEventListener("view", (event) => {
    const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
    const focused = live.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && (focused.id || focused.closest("details")?.id);
    const typed = [...live.querySelectorAll("input[id], select[id]")].map((one) => [one.id, one.value, one.checked]);
    // A document that is only parsed runs no script and loads nothing.
    const made = new DOMParser().parseFromString(event.data, "text/html");
    live.replaceChildren(...made.body.childNodes);
    for (const id of open) {
      const one = document.getElementById(id);
      if (one) one.open = true;
    }
    for (const [id, value, checked] of typed) {
      const one = document.getElementById(id);
      if (one) [one.value, one.checked] = [value, checked];
    }
    const again = place && document.getElementById(place);
    if (again) (again.querySelector("summary") || again).focus({ preventScroll: true });
    const told = live.querySelector("[data-news]")?.dataset.news;
    if (told && news.textContent !== told) news.textContent = told;
    tick();
  });
  source.addEventListener("entry", (event) => {
    const said = JSON.parse(event.data);
    const line = document.createElement("li");
    const more = said.probes ? said.probes.join(", ") : said.choice || "";
    line.textContent = [said.at.slice(11, 19), said.kind.replaceAll("_", " "), said.step, more]
      .filter(Boolean)
      .join(" · ");
    entries.append(line);
  });
  source.addEventListener("error", () => {
    document.getElementById("lost").hidden = source.readyState !== EventSource.CLOSED;
  });
  source.addEventListener("gone", () => {
    source.close();
    // Not by loading it again: this page may be the answer to a form, which would be sent twice.
    location.replace(live.dataset.source.split("/live")[0]);
  });
})();
