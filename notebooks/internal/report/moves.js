"use strict";
// Gives the static figures of class sgd-moves their sliders: the notebook's own cell, compiled to WebAssembly, comes compressed in the page and starts when a
// slider is first touched. Where anything is missing, the static figure stays.
(() => {
  const figures = [...document.querySelectorAll("figure.sgd-moves")];
  const carrier = document.getElementById("sgd-moves-wasm");
  if (!figures.length || !carrier || !window.WebAssembly || !window.DecompressionStream) return;

  let loading = null;
  const load = () => loading ??= (async () => {
    const packed = Uint8Array.from(atob(carrier.textContent.trim()), (c) => c.charCodeAt(0));
    carrier.remove();
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const go = new Go();
    const { instance } = await WebAssembly.instantiate(await new Response(unpacked).arrayBuffer(), go.importObject);
    globalThis.sgdFigures = {};
    go.run(instance); // comes back when all figures are there
    return globalThis.sgdFigures;
  })();

  function equip(figure) {
    const sliders = JSON.parse(figure.dataset.sliders), values = {};
    const image = figure.querySelector("img");
    const controls = document.createElement("div"), text = document.createElement("p");
    controls.className = "sgd-sim-controls";
    text.className = "sgd-sim-text";
    text.setAttribute("role", "status");
    let busy = false, again = false;

    async function draw() {
      if (busy) { again = true; return; }
      busy = true, again = false;
      const start = performance.now();
      text.textContent = "drawing …";
      await new Promise((next) => setTimeout(next)); // lets the page show that
      try {
        const all = await load();
        const svg = await new Promise((resolve, reject) => all[figure.id](JSON.stringify(values), (svg, why) => svg === null ? reject(why) : resolve(svg)));
        image.src = "data:image/svg+xml," + encodeURIComponent(svg);
        figure.dataset.milliseconds = Math.round(performance.now() - start);
        text.textContent = "";
      } catch (why) {
        text.textContent = String(why);
      }
      busy = false;
      if (again) draw();
    }

    sliders.forEach((s, i) => {
      const label = document.createElement("label"), input = document.createElement("input"), value = document.createElement("output");
      input.id = figure.id + "-slider-" + i;
      label.htmlFor = input.id, value.htmlFor = input.id;
      label.textContent = s.label;
      Object.assign(input, { type: "range", min: s.min, max: s.max, step: s.step });
      input.value = s.value;
      values[s.name] = s.value;
      value.textContent = input.value;
      input.addEventListener("pointerdown", load, { once: true });
      input.addEventListener("focus", load, { once: true });
      input.addEventListener("input", () => {
        values[s.name] = input.valueAsNumber;
        value.textContent = input.value;
        draw();
      });
      controls.append(label, input, value);
    });
    figure.append(controls, text);
  }
  figures.forEach(equip);
})();
