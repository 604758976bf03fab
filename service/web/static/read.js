// Beside a clause, those that say the same elsewhere; the clause that was linked to in view.
"use strict";

(() => {
  const { tell, part, said } = policySearch;
  const pane = document.getElementById("ui:pane");
  const reading = document.querySelector(".reading");
  const beside = window.matchMedia("(min-width: 75rem)");
  let asked = null;
  let chosen = null;

  function clauseAt(hash) {
    try {
      const found = document.getElementById(decodeURIComponent(hash.slice(1)));
      return found?.classList.contains("clause") ? found : null;
    } catch {
      return null; // a hash that is no text
    }
  }

  /** On a wide page the pane stands beside the text, on a narrow one below the clause. */
  function place() {
    if (!pane) {
      return;
    }
    const home = beside.matches || !chosen ? reading : chosen.querySelector(":scope > .own");
    if (pane.parentElement !== home) {
      home.append(pane);
    }
    reading.classList.toggle("with-pane", !pane.hidden);
  }

  async function select(clause) {
    if (clause === chosen && !pane?.hidden) {
      return;
    }
    chosen?.classList.remove("selected");
    chosen = clause;
    chosen.classList.add("selected");
    const link = chosen.querySelector(":scope > .own [data-counterparts]");
    if (!pane || !link) {
      return;
    }
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    const body = pane.querySelector(".pane-body");
    const citation = chosen.querySelector(":scope > .own [data-copy]").dataset.copy;
    document.getElementById("ui:pane-title").textContent = pane.dataset.title.replace("{citation}", () => citation);
    body.textContent = said.waiting;
    pane.hidden = false;
    place();
    try {
      const found = await part(link.href, "list", signal);
      if (!signal.aborted) {
        body.replaceChildren(...found.childNodes);
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        body.textContent = said.failed;
        tell(said.failed);
      }
    }
  }

  function close() {
    const back = chosen?.querySelector(":scope > .own [data-counterparts]");
    pane.hidden = true;
    chosen?.classList.remove("selected");
    chosen = null;
    place();
    back?.focus({ preventScroll: true });
  }

  function arrive() {
    const clause = clauseAt(location.hash);
    if (clause) {
      select(clause);
    }
  }

  document.querySelector(".policy").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    const link = event.target.closest("[data-counterparts]");
    const clause = event.target.closest(".clause");
    if (link) {
      event.preventDefault();
      select(clause);
    } else if (clause && !event.target.closest("a, button, .pane, summary") && getSelection().isCollapsed) {
      history.replaceState(null, "", `#${encodeURIComponent(clause.id)}`);
      select(clause);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pane && !pane.hidden) {
      close();
    }
  });
  pane?.querySelector("[data-close]").addEventListener("click", close);
  document.querySelector(".outline")?.addEventListener("click", (event) => {
    if (event.target.closest("a") && !window.matchMedia("(min-width: 60rem)").matches) {
      document.querySelector(".outline-fold").open = false;
    }
  });
  beside.addEventListener("change", place);
  window.addEventListener("hashchange", arrive);
  const cited = document.querySelector(".clause.cited");
  if (cited && !location.hash) {
    cited.scrollIntoView();
    select(cited);
  }
  arrive();
})();
