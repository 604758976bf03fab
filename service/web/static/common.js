// What every page does: switches, copying, and clauses shown inline. Pages work without it.
"use strict";

const policySearch = (() => {
  const root = document.documentElement;
  const told = document.getElementById("ui:told");
  const said = document.body.dataset;

  /** Say something to those who listen; the same text again is said again. */
  function tell(text) {
    told.textContent = "";
    window.setTimeout(() => { told.textContent = text; }, 30);
  }

  /** A part of a page as nodes. Who is no longer signed in gets the form that takes a key. */
  async function part(address, name, signal) {
    const url = new URL(address, location.href);
    url.hash = "";
    url.searchParams.set("part", name);
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal });
    if (answer.status === 401) {
      location.reload();
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    reveal(page);
    return page.body;
  }

  /** Show what only works with scripts. */
  function reveal(within) {
    for (const element of within.querySelectorAll("[data-script][hidden]")) {
      element.hidden = false;
    }
  }

  function remember(name, value) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `policy_search_${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOldWay(text); // plain http: no clipboard to speak of
    }
  }

  function copyOldWay(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "hidden";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  async function copyCitation(button) {
    const { copy: citation, href } = button.dataset;
    const done = await copy(`${citation}\n${new URL(href, location.href).href}`);
    button.focus();
    tell((done ? said.copied : said.copyFailed).replace("{text}", citation));
    button.classList.toggle("done", done);
    window.setTimeout(() => button.classList.remove("done"), 1500);
  }

  async function toggleEquivalents(link) {
    const place = link.closest("article").querySelector(".inline");
    const open = place.hidden;
    place.hidden = !open;
    link.setAttribute("aria-expanded", String(open));
    if (!open || place.dataset.loaded) {
      return;
    }
    place.dataset.loaded = "1";
    place.textContent = said.waiting;
    try {
      place.replaceChildren(...(await part(link.href, "list")).childNodes);
      tell(place.querySelector(".counterparts-lead, .problem")?.textContent ?? "");
    } catch {
      delete place.dataset.loaded;
      place.textContent = said.failed;
      tell(said.failed);
    }
  }

  function follow(link) {
    const [name, value] = link.dataset.switch.split("=");
    remember(name, value);
    if (name === "theme") {
      root.dataset.theme = value;
      document.querySelector(value === "dark" ? ".to-light" : ".to-dark").focus();
      return;
    }
    const url = new URL(location.href);
    url.searchParams.delete(name);
    if (url.href === location.href) {
      location.reload();
    } else {
      location.replace(url);
    }
  }

  document.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const target = event.target.closest("[data-copy], [data-equivalents], [data-switch]");
    if (!target || !plain) {
      return;
    }
    event.preventDefault();
    if (target.dataset.copy) {
      copyCitation(target);
    } else if (target.dataset.switch) {
      follow(target);
    } else {
      toggleEquivalents(target);
    }
  });

  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("ui:q");
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key === "/" && field && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });

  root.classList.add("scripted");
  reveal(document);
  // A choice in the address has become a cookie: what is shared from here on is without it.
  const url = new URL(location.href);
  if (url.searchParams.has("ui") || url.searchParams.has("theme")) {
    url.searchParams.delete("ui");
    url.searchParams.delete("theme");
    history.replaceState(null, "", url);
  }
  return { tell, part, reveal, said };
})();
