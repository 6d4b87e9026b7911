
"use strict";
(() => {
  const collator = new Intl.Collator("en", { numeric: true });

  function make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Tables: a button in each heading that can be sorted by.

  function compareCells(a, b, kind, sign) {
    if (kind === "text") return sign * collator.compare(a.textContent, b.textContent);
    const [x, y] = [a, b].map((cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value)));
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (x - y);
  }

  function sortTable(table, heading) {
    const now = heading.getAttribute("aria-sort");
    const other = { ascending: "descending", descending: "ascending" };
    const next = now ? other[now] : heading.dataset.first;
    for (const one of table.querySelectorAll("th[aria-sort]")) one.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    const place = heading.cellIndex;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const sign = next === "ascending" ? 1 : -1;
    rows.sort((a, b) => compareCells(a.cells[place], b.cells[place], heading.dataset.sort, sign));
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    if (table.tBodies[0].rows.length < 2) continue;
    for (const heading of table.querySelectorAll("th[data-sort]")) {
      const button = make("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sortTable(table, heading));
    }
  }

  // A region is a stop of the Tab key only where there is something to scroll.

  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const region of document.querySelectorAll(".scroll")) watch.observe(region);

  // Segments: two voices are chosen, and the segments on which they differ are filtered.

  function makeAnswer(label, gold) {
    const isRight = label === gold;
    const word = make("b", isRight ? "right" : "wrong");
    word.append(make("bdi", "", label === null ? "nothing" : label));
    return [word, " ", make("span", "mark", isRight ? "✓" : "✗")];
  }

  function makeItem(segment, voices) {
    const item = make("li");
    const text = make("p", "text", segment.text);
    text.dir = "auto";
    const said = make("p", "said");
    said.lang = "en";
    const where = make("span", "where");
    where.append(make("bdi", "", segment.article), ` ${segment.position}`);
    said.append(where);
    const gold = segment.said[segment.said.length - 1];
    if (voices.every((voice) => !voice.isGold)) {
      const held = make("span");
      held.append("holds ", ...makeAnswer(gold, gold));
      said.append(held);
    }
    for (const voice of voices) {
      const answer = make("span");
      answer.append(make("bdi", "", voice.name), " ", ...makeAnswer(segment.said[voice.place], gold));
      said.append(answer);
    }
    item.append(text, said);
    return item;
  }

  function readSegments(root) {
    const data = JSON.parse(root.querySelector("script").textContent);
    const last = data.voices.length - 1;
    return {
      voices: data.voices.map((name, place) => ({ name, place, isGold: place === last })),
      labels: data.labels,
      articles: data.articles,
      segments: data.segments.map(([article, position, said, text]) => ({
        article: data.articles[article],
        position,
        said: said.map((label) => (label < 0 ? null : data.labels[label])),
        text,
        folded: text.toLowerCase(),
      })),
    };
  }

  function addOptions(select, values) {
    values.forEach((value, place) => {
      const option = make("option", "", value);
      option.value = String(place);
      select.append(option);
    });
  }

  function startSegments(root) {
    const data = readSegments(root);
    const form = root.querySelector("form");
    const [a, b, label, article] = form.querySelectorAll("select");
    const text = form.querySelector("input");
    const list = root.querySelector(".segments");
    const more = root.querySelector(".more");
    const step = Number(root.dataset.shown);
    let limit = step;

    function choose() {
      const voices = [a, b].map((select) => data.voices[Number(select.value)]);
      const places = voices.map((voice) => voice.place);
      const differing = data.segments.filter((one) => one.said[places[0]] !== one.said[places[1]]);
      const wanted = label.value === "" ? null : data.labels[Number(label.value)];
      const from = article.value === "" ? null : data.articles[Number(article.value)];
      const words = text.value.toLowerCase();
      const said = [...places, data.voices.length - 1];
      const found = differing.filter(
        (one) =>
          (wanted === null || said.some((place) => one.said[place] === wanted)) &&
          (from === null || one.article === from) &&
          one.folded.includes(words),
      );
      return { voices, differing, found };
    }

    function show() {
      const { voices, differing, found } = choose();
      const shown = found.slice(0, limit);
      list.replaceChildren(...shown.map((one) => makeItem(one, voices)));
      const noun = differing.length === 1 ? "segment" : "segments";
      root.querySelector(".status").textContent =
        `${voices[0].name} and ${voices[1].name}: ${found.length} of ${differing.length} ${noun}; ${shown.length} shown`;
      more.hidden = shown.length === found.length;
    }

    addOptions(label, data.labels);
    addOptions(article, data.articles);
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      limit = step;
      show();
    });
    more.addEventListener("click", () => {
      const before = list.children.length;
      limit += step;
      show();
      const next = list.children[before];
      next.tabIndex = -1;
      next.focus();
    });
    show();
  }

  for (const root of document.querySelectorAll(".disputes")) startSegments(root);

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
