"use strict";
// Formulas: those of the texts are marked, those in outputs are found by their delimiters.
for (const el of document.querySelectorAll(".math")) {
  katex.render(el.textContent, el, {displayMode: el.classList.contains("display"), throwOnError: false, strict: "ignore"});
}
for (const el of document.querySelectorAll(".output.html")) {
  renderMathInElement(el, {
    delimiters: [
      {left: "$$", right: "$$", display: true}, {left: "\\[", right: "\\]", display: true},
      {left: "$", right: "$", display: false}, {left: "\\(", right: "\\)", display: false},
    ],
    ignoredClasses: ["math"], throwOnError: false, strict: "ignore",
  });
}

// The contents list is open where it stands beside the text, and code folds all at once.
const wide = matchMedia("(min-width: 70rem)");
const contents = document.getElementById("contents");
const openWhereWide = () => { contents.open = wide.matches; };
openWhereWide();
wide.addEventListener("change", openWhereWide);
contents.addEventListener("click", (e) => { if (e.target.closest("a") && !wide.matches) contents.open = false; });
contents.hidden = !contents.querySelector("li");

const code = document.querySelectorAll("details.code");
const fold = document.getElementById("fold");
const anyOpen = () => [...code].some((d) => d.open);
const label = () => { fold.textContent = anyOpen() ? "Fold all code" : "Unfold all code"; };
fold.hidden = code.length === 0;
fold.addEventListener("click", () => { const open = !anyOpen(); code.forEach((d) => { d.open = open; }); });
code.forEach((d) => d.addEventListener("toggle", label));
label();

// Charts follow the width of the page, also on paper.
const paperWidth = 640;
const charts = () => window.echarts
  ? [...document.querySelectorAll("[_echarts_instance_]")].map((el) => echarts.getInstanceByDom(el)).filter(Boolean) : [];
addEventListener("resize", () => charts().forEach((c) => c.resize()));
addEventListener("beforeprint", () => charts().forEach((c) => c.resize({width: paperWidth})));
addEventListener("afterprint", () => charts().forEach((c) => c.resize({width: "auto"})));
