// Results as they are typed: the server's own pages, part by part, and an address to share.
"use strict";

(() => {
  const PAUSE = 120;
  const { tell, part, said } = policySearch;
  const page = document.getElementById("ui:page");
  const form = document.getElementById("ui:form");
  const input = document.getElementById("ui:q");
  const results = document.getElementById("ui:results");
  const suggestions = policySearch.suggest(input, () => search(true));
  let waiting = 0;
  let asked = null;
  let composing = false;
  let shown = new URLSearchParams(location.search).get("q")?.trim() ?? "";

  /** The address of what the field and the filters ask now. */
  function address() {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.delete("offset");
    const q = input.value.trim();
    if (q) {
      url.searchParams.set("q", q);
    } else {
      url.search = "";
    }
    return url;
  }

  function search(settled) {
    window.clearTimeout(waiting);
    if (settled) {
      suggestions.close();
    }
    go(address(), settled);
  }

  async function go(url, settled) {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    results.setAttribute("aria-busy", "true");
    try {
      const found = await part(url, "results", signal);
      if (signal.aborted) {
        return;
      }
      replace(found);
      if (url.href !== location.href) {
        history[settled ? "pushState" : "replaceState"](null, "", url);
      }
      retitle(url.searchParams.get("q") ?? "");
    } catch (error) {
      if (error.name !== "AbortError") {
        tell(said.failed);
      }
    } finally {
      if (!signal.aborted) {
        results.setAttribute("aria-busy", "false");
      }
    }
  }

  function replace(found) {
    const focused = results.contains(document.activeElement) ? document.activeElement.id : "";
    const open = document.getElementById("ui:filters")?.open;
    results.replaceChildren(...found.childNodes);
    const filters = document.getElementById("ui:filters");
    if (filters && open) {
      filters.open = true;
    }
    if (focused) {
      const again = document.getElementById(focused);
      const fold = again?.closest("details.rest");
      if (fold) {
        fold.open = true;
      }
      (again ?? input).focus();
    }
    tell(results.querySelector("#ui\\:count, .problem, #ui\\:policies")?.textContent ?? "");
  }

  function retitle(q) {
    shown = q;
    page.classList.toggle("search-home", !q);
    document.getElementById("ui:heading").classList.toggle("hidden", Boolean(q));
    document.getElementById("ui:lead").hidden = Boolean(q);
    document.title = q ? page.dataset.titleQ.replace("{q}", () => q) : page.dataset.title;
  }

  async function more(link) {
    const item = link.closest("li");
    link.setAttribute("aria-disabled", "true");
    try {
      const added = Array.from((await part(link.href, "hits")).children);
      const next = added.find((li) => li.classList.contains("hit"));
      const count = added.filter((li) => li.classList.contains("hit")).length;
      item.replaceWith(...added);
      next?.querySelector("h3 a").focus();
      const text = count === 1 ? page.dataset.moreOne : page.dataset.moreOther;
      tell(text.replace("{n}", count));
    } catch {
      link.removeAttribute("aria-disabled");
      tell(said.failed);
    }
  }

  function typed() {
    window.clearTimeout(waiting);
    if (composing || input.value.trim() === shown) {
      return;
    }
    waiting = window.setTimeout(() => {
      suggestions.ask(input.value);
      search(false);
    }, PAUSE);
  }

  input.addEventListener("compositionstart", () => {
    composing = true;
    window.clearTimeout(waiting);
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    typed();
  });
  input.addEventListener("input", (event) => {
    if (!event.isComposing) {
      typed();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!composing) {
      search(true);
    }
  });
  results.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox]")) {
      const url = address();
      const { name } = event.target;
      url.searchParams.delete(name);
      for (const box of form.elements[name].length ? form.elements[name] : [form.elements[name]]) {
        if (box.checked) {
          url.searchParams.append(name, box.value);
        }
      }
      go(url, true);
    }
  });
  results.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-more], .chips a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    if ("more" in link.dataset) {
      more(link);
    } else {
      input.focus({ preventScroll: true });
      go(new URL(link.href), true);
    }
  });
  window.addEventListener("popstate", () => {
    const url = new URL(location.href);
    input.value = url.searchParams.get("q") ?? "";
    suggestions.close();
    go(url, false);
  });
})();
