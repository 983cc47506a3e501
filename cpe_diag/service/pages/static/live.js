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
  const lost = document.getElementById("lost");

  // What stays the same stays the same node: focus, caret, what is typed, open and scrolled.
  const isOfReader = (node, name) => node instanceof HTMLDetailsElement && name === "open";
  const become = (node, wanted) => {
    if (node.isEqualNode(wanted)) return;
    if (!(node instanceof Element)) {
      node.data = wanted.data;
      return;
    }
    for (const { name } of [...node.attributes]) {
      if (!wanted.hasAttribute(name) && !isOfReader(node, name)) node.removeAttribute(name);
    }
    for (const { name, value } of wanted.attributes) {
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
    becomeChildren(node, wanted);
  };
  const named = (node) => node.id || node.getAttribute?.("aria-labelledby") || "";
  const isAlike = (node, wanted) => node.nodeName === wanted.nodeName && named(node) === named(wanted);
  const becomeChildren = (parent, wanted) => {
    const coming = new Set([...wanted.children].map(named).filter(Boolean));
    let at = parent.firstChild;
    for (const one of [...wanted.childNodes]) {
      const held = named(one) && [...parent.children].find((child) => isAlike(child, one));
      while (at && at !== held && (held || named(at)) && !coming.has(named(at))) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
      if (held && held !== at) parent.insertBefore(held, at);
      if (held || (at && isAlike(at, one))) {
        const node = held || at;
        at = node.nextSibling;
        become(node, one);
      } else {
        parent.insertBefore(one, at);
      }
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };
  const swap = (html) => {
    const places = [];
    for (let one = document.activeElement; one && live.contains(one); one = one.parentElement) places.push(one);
    // A document that is only parsed runs no script and loads nothing.
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const part of body.querySelectorAll("[data-part]")) {
      const place = document.getElementById(part.dataset.part);
      if (place) becomeChildren(place, part);
      part.remove();
    }
    becomeChildren(live, body);
    const left = places.length && !places[0].isConnected && places.find((one) => one.isConnected);
    if (left) {
      if (left.tabIndex < 0) left.tabIndex = -1;
      left.focus({ preventScroll: true });
    }
    const told = live.querySelector("[data-news]")?.dataset.news;
    if (told && news.textContent !== told) news.textContent = told;
    tick();
  };

  const FIRST_MS = 1000, MOST_MS = 30000, SILENT_MS = 45000; // the server says something every 15 s
  let source = null, last = "", tries = 0, waits = 0, watch = 0;
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(again, SILENT_MS);
  };
  const close = () => {
    source?.close();
    source = null;
    clearTimeout(waits);
    clearTimeout(watch);
  };
  const again = () => {
    close();
    lost.hidden = false;
    // With chance in it: else all consoles come back to a server in the same moment.
    waits = setTimeout(open, Math.min(MOST_MS, FIRST_MS * 2 ** tries) * (0.5 + Math.random() / 2));
    tries += 1;
  };
  const on = (kind, act) => source.addEventListener(kind, (event) => {
    heard();
    act(event);
    last = event.lastEventId || last;
  });
  const leave = () => {
    close();
    // Not by loading it again: this page may be the answer to a form, which would be sent twice.
    location.replace(live.dataset.source.split("/live")[0]);
  };
  // An event source does not tell a server that is away from one that lets nobody in any more.
  const askWhy = async (place) => {
    const asked = new AbortController();
    try {
      const { status } = await fetch(place, { signal: asked.signal });
      if ([401, 403, 404].includes(status)) leave();
    } catch {
      // it is away
    }
    asked.abort();
  };
  const open = () => {
    close();
    // A browser has six connections to a server: a page that nobody sees leaves its own to others.
    if (document.hidden) return;
    const place = new URL(live.dataset.source, location.href);
    if (last) place.searchParams.set("after", last);
    source = new EventSource(place);
    heard();
    source.addEventListener("error", () => {
      const refused = source.readyState === EventSource.CLOSED;
      again();
      if (refused) askWhy(place);
    });
    source.addEventListener("open", () => {
      tries = 0;
      lost.hidden = true;
      heard();
    });
    on("ping", () => {});
    on("view", (event) => swap(event.data));
    on("entry", (event) => {
      const said = JSON.parse(event.data);
      const line = document.createElement("li");
      const more = said.probes ? said.probes.join(", ") : said.choice || "";
      line.textContent = [said.at.slice(11, 19), said.kind.replaceAll("_", " "), said.step, more]
        .filter(Boolean)
        .join(" · ");
      entries.append(line);
    });
    on("gone", leave);
  };
  document.addEventListener("visibilitychange", open);
  addEventListener("pageshow", (event) => event.persisted && open());
  addEventListener("online", open);
  addEventListener("pagehide", close);
  open();
})();
