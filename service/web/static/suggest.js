// Suggestions below a search field: the combobox of the ARIA Authoring Practices.
"use strict";

policySearch.suggest = (input, choose) => {
  const said = input.dataset;
  const list = document.createElement("ul");
  list.id = "ui:suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", said.label);
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }
  let found = [];
  let active = -1;
  let asked = null;

  function close() {
    asked?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    move(-1);
  }

  function move(to) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = to;
    const option = list.children[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function take(place) {
    const suggestion = found[place];
    close();
    if (suggestion.kind === "title" && "mayRead" in said) {
      location.assign(`/policies/${encodeURIComponent(suggestion.policy_id)}`);
      return;
    }
    input.value = suggestion.text;
    choose();
  }

  function show(suggestions) {
    found = suggestions;
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    input.removeAttribute("aria-activedescendant");
  }

  function option(suggestion, place) {
    const item = document.createElement("li");
    item.id = `ui:suggestion:${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    let done = 0;
    // Offsets count characters; a string here counts UTF-16 halves.
    const characters = Array.from(suggestion.text);
    for (const [start, end] of suggestion.highlights) {
      const mark = document.createElement("b");
      mark.textContent = characters.slice(start, end).join("");
      text.append(characters.slice(done, start).join(""), mark);
      done = end;
    }
    text.append(characters.slice(done).join(""));
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = said[suggestion.kind];
    if (found.filter((one) => one.text === suggestion.text && one.kind === suggestion.kind).length > 1) {
      kind.textContent = suggestion.policy_id ?? kind.textContent; // two policies of one title
    }
    item.append(text, kind);
    return item;
  }

  async function ask(typed) {
    asked?.abort();
    if (!typed.trim()) {
      close();
      return;
    }
    asked = new AbortController();
    const { signal } = asked;
    try {
      const query = new URLSearchParams({ q: typed, limit: "6" });
      const answer = await fetch(`/v1/suggest?${query}`, { signal });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      const others = suggestions.filter((one) => one.text !== typed.trim());
      if (!signal.aborted && document.activeElement === input) {
        show(others);
      }
    } catch {
      // Suggestions are a help: without them the search goes on.
    }
  }

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) {
      take(Array.from(list.children).indexOf(item));
    }
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    const open = !list.hidden;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      if (!open) {
        show(found);
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = found.length + 1; // the one more is the field itself
      move(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      take(active);
    }
  });
  return { ask, close };
};
