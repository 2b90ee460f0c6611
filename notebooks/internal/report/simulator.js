"use strict";
// Makes the static figures of class sgd-sim play: the simulation itself, compiled to WebAssembly, comes compressed in the page. Where anything is missing,
// the static figure stays.
(() => {
  const figures = [...document.querySelectorAll("figure.sgd-sim")];
  const carrier = document.getElementById("sgd-sim-wasm");
  if (!figures.length || !carrier || !window.WebAssembly || !window.DecompressionStream || !window.IntersectionObserver) return;

  let loading = null;
  const load = () => loading ??= (async () => {
    const packed = Uint8Array.from(atob(carrier.textContent.trim()), (c) => c.charCodeAt(0));
    carrier.remove();
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const go = new Go();
    const { instance } = await WebAssembly.instantiate(await new Response(unpacked).arrayBuffer(), go.importObject);
    go.run(instance); // comes back when it waits for calls
    return globalThis.sgdSimulator;
  })();

  const replicas = 250;
  const blue = "#0072B2", orange = "#D55E00", green = "#009E73", ink = "#1a1a1a", quiet = "#767676";
  const sliders = [
    { name: "learningRate", label: "learning rate η", min: 0.05, max: 0.4, step: 0.01 },
    { name: "batchSize", label: "batch size B", min: 1, max: 8, step: 1 },
    { name: "outlierCurvature", label: "outlier curvature h*", min: 0.5, max: 2, step: 0.1 },
    { name: "effectiveDim", label: "effective dimension n", min: 1, max: 10, step: 1 },
    { name: "ratio", label: "loss ratio c", min: 1.2, max: 4, step: 0.05 },
    { name: "speed", label: "speed", min: 0, max: 6, step: 1, show: (v) => "× " + 2 ** v },
  ];

  function element(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    e.append(...children);
    return e;
  }

  function equip(figure, number) {
    const still = figure.querySelector("img");
    const values = { speed: 2, seed: 1, replicas, ...JSON.parse(figure.dataset.settings) };
    let api = null, law = null, now = null, running = false, visible = false, last = 0, due = 0, curve = [], frames = 0, next = 0;

    const controls = element("div", { class: "sgd-sim-controls" });
    for (const s of sliders) {
      const id = figure.id + "-" + s.name;
      const show = s.show || ((v) => String(v));
      const value = element("output", { for: id }, show(values[s.name]));
      const input = element("input", { type: "range", id, min: s.min, max: s.max, step: s.step, value: values[s.name] });
      input.addEventListener("input", () => {
        values[s.name] = input.valueAsNumber;
        value.textContent = show(input.valueAsNumber);
        if (s.name !== "speed") restart();
      });
      controls.append(element("label", { for: id }, s.label), input, value);
    }
    const pause = element("button", { type: "button" }, "Pause");
    const reset = element("button", { type: "button" }, "Reset");
    const text = element("p", { class: "sgd-sim-text" });
    const canvas = element("canvas", { role: "img", "aria-label": still.alt, tabindex: "0" });
    pause.addEventListener("click", () => set(!running));
    reset.addEventListener("click", () => { values.seed++; restart(); });
    canvas.addEventListener("click", () => set(!running));
    canvas.addEventListener("keydown", (e) => {
      if (e.key === " " || e.key === "p") set(!running);
      else if (e.key === "r") reset.click();
      else return;
      e.preventDefault();
    });

    function set(on) {
      running = on;
      pause.textContent = on ? "Pause" : "Run";
      cancelAnimationFrame(next);
      if (on) next = requestAnimationFrame((t) => { last = t; frame(t); });
    }

    function restart() {
      law = api.open(number, values);
      now = null, curve = [], due = 0;
      if (law.error) { text.textContent = law.error; return; }
      losses();
      draw();
      if (!running) set(true);
    }

    const points = new Float32Array(2 * replicas), pointBytes = new Uint8Array(points.buffer);
    const path = new Float32Array(121), pathBytes = new Uint8Array(path.buffer);
    const steps = new Float32Array(2 * 400), stepBytes = new Uint8Array(steps.buffer);
    let from, to;
    function losses() {
      from = -0.45 * law.far, to = 1.45 * law.far;
      api.profile(number, pathBytes, from, to);
    }

    function frame(time) {
      if (!running || !visible || law.error) return;
      // As many steps as the time since the last frame asks for, but never more than leave time to draw.
      due += Math.min(time - last, 50) * 60 / 1000 * 2 ** values.speed / 4;
      last = time;
      const whole = Math.floor(due);
      due -= whole;
      now = api.advance(number, whole, 8);
      draw();
      if (now.enough) { set(false); return; }
      next = requestAnimationFrame(frame);
    }

    function draw() {
      const width = canvas.clientWidth, narrow = width < 520;
      if (!width) return;
      const height = narrow ? 660 : 470, scale = window.devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.style.height = height + "px";
        canvas.width = Math.round(width * scale), canvas.height = Math.round(height * scale);
      }
      const g = canvas.getContext("2d");
      g.setTransform(scale, 0, 0, scale, 0, 0);
      g.fillStyle = "#fff";
      g.fillRect(0, 0, width, height);
      g.font = "13px system-ui, sans-serif";
      api.cloud(number, pointBytes);
      const top = law.bottom + 2.2 * (law.saddle - law.bottom) + law.bottom * law.temperature * values.effectiveDim;
      const half = narrow ? width : width / 2, row = narrow ? 210 : 220;
      cloud(g, { x: 0, y: 0, w: half, h: row }, "loss L", (v) => v, 0, top);
      cloud(g, { x: narrow ? 0 : half, y: narrow ? row : 0, w: half, h: row }, "log L", Math.log, Math.log(law.bottom) - 0.1 * Math.log(top / law.bottom), Math.log(top));
      if (frames++ % 6 === 0 || !running) {
        const n = now ? api.survival(number, stepBytes) : 0;
        curve = steps.slice(0, 2 * n);
      }
      survival(g, { x: 0, y: narrow ? 2 * row : row, w: width, h: height - (narrow ? 2 * row : row) });
      tell();
    }

    // frameOf draws axes and returns the maps from numbers to pixels.
    function frameOf(g, box, title, xLabel, x0, x1, y0, y1) {
      const left = box.x + 46, right = box.x + box.w - 10, up = box.y + 24, down = box.y + box.h - 34;
      g.strokeStyle = quiet, g.lineWidth = 1;
      g.beginPath();
      g.moveTo(left, up), g.lineTo(left, down), g.lineTo(right, down);
      g.stroke();
      g.fillStyle = ink, g.textAlign = "left", g.textBaseline = "alphabetic";
      g.fillText(title, left, box.y + 15);
      g.textAlign = "center";
      g.fillText(xLabel, (left + right) / 2, down + 28);
      return { left, right, up, down, x: (v) => left + (v - x0) / (x1 - x0) * (right - left), y: (v) => down - (v - y0) / (y1 - y0) * (down - up) };
    }

    function mark(g, at, x, y, label) {
      g.fillStyle = quiet;
      if (x !== null) { g.textAlign = "center"; g.fillText(label, at.x(x), at.down + 14); }
      if (y !== null) { g.textAlign = "right"; g.fillText(label, at.left - 5, at.y(y) + 4); }
    }

    function cloud(g, box, title, scale, y0, y1) {
      const at = frameOf(g, box, title, "way z₁", from, to, y0, y1);
      mark(g, at, 0, null, "θ*"), mark(g, at, law.pass, null, "saddle"), mark(g, at, law.far, null, "exit");
      mark(g, at, null, scale(law.bottom), "L(θ*)"), mark(g, at, null, scale(law.saddle), "L(θˢ)");
      g.save();
      g.beginPath();
      g.rect(at.left, at.up, at.right - at.left, at.down - at.up);
      g.clip();
      g.strokeStyle = ink, g.lineWidth = 1.5;
      g.beginPath();
      for (let i = 0; i < path.length; i++) g.lineTo(at.x(from + (to - from) * i / (path.length - 1)), at.y(scale(path[i])));
      g.stroke();
      g.globalAlpha = 0.55;
      for (let i = 0; i < replicas; i++) {
        g.fillStyle = points[2 * i] < law.pass ? blue : orange;
        g.fillRect(at.x(points[2 * i]) - 2, at.y(scale(points[2 * i + 1])) - 2, 4, 4);
      }
      g.restore();
    }

    function survival(g, box) {
      const span = 4 / law.power, floor = Math.log(0.01);
      const at = frameOf(g, box, "fraction still inside", "time t", 0, span, floor, 0);
      for (const p of [1, 0.1, 0.01]) mark(g, at, null, Math.log(p), String(p));
      const decade = 10 ** Math.floor(Math.log10(span)), tick = span / decade < 2.5 ? decade / 2 : span / decade < 5 ? decade : 2 * decade;
      for (let t = 0; t < span * 0.97; t += tick) mark(g, at, t, null, t < 1e6 ? String(Math.round(t)) : t.toExponential(0).replace("+", ""));
      g.save();
      g.beginPath();
      g.rect(at.left, at.up - 1, at.right - at.left, at.down - at.up + 1);
      g.clip();
      const line = (color, dash, draw) => { g.strokeStyle = color, g.lineWidth = 2; g.setLineDash(dash); g.beginPath(); draw(); g.stroke(); g.setLineDash([]); };
      line(orange, [8, 4], () => { g.moveTo(at.x(0), at.y(0)); g.lineTo(at.x(span), at.y(-law.power * span)); });
      line(green, [2, 4], () => { g.moveTo(at.x(0), at.y(0)); g.lineTo(at.x(span), at.y(-law.linear * span)); });
      line(blue, [], () => {
        g.moveTo(at.x(0), at.y(0));
        let y = 0;
        for (let i = 0; i < curve.length; i += 2) {
          g.lineTo(at.x(curve[i]), at.y(y));
          y = Math.max(Math.log(curve[i + 1]), 2 * floor); // the last escape takes the curve to 0
          g.lineTo(at.x(curve[i]), at.y(y));
        }
      });
      g.restore();
      let y = at.up + 4;
      for (const [color, dash, label] of [[blue, [], "simulated"], [orange, [8, 4], "Eq. 17, power law"], [green, [2, 4], "linear barrier"]]) {
        g.fillStyle = "rgba(255, 255, 255, 0.8)";
        g.fillRect(at.right - 160, y - 9, 160, 18);
        line(color, dash, () => { g.moveTo(at.right - 155, y); g.lineTo(at.right - 125, y); });
        g.fillStyle = ink, g.textAlign = "left";
        g.fillText(label, at.right - 118, y + 4);
        y += 18;
      }
    }

    function tell() {
      const short = (v) => v.toPrecision(3);
      let words = `T = ηh*/B = ${short(law.temperature)}, exponent ${short(law.exponent)}; κ by Eq. 17: ${short(law.power)}, by the linear barrier: ${short(law.linear)}.`;
      if (now && now.rate) words += ` ${now.escapes} escapes: κ = ${short(now.rate)} ± ${short(now.stderr)}, from the slope past the first steps.`;
      if (values.effectiveDim >= law.criticalDim) words += ` n is beyond n_c = ${short(law.criticalDim)}: no stable minimum (Eq. 19).`;
      if (now && now.enough) words += " That is enough: it has stopped.";
      text.textContent = words;
      figure.dataset.escapes = now ? now.escapes : 0;
      figure.dataset.frames = frames;
    }

    async function start() {
      api = await load();
      still.replaceWith(controls, element("p", {}, pause, " ", reset), canvas, text);
      new ResizeObserver(() => { if (law && !law.error) draw(); }).observe(canvas);
      restart();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) set(false);
    }

    // It starts when it comes into view and rests while it is out of it.
    new IntersectionObserver((entries) => {
      visible = entries[entries.length - 1].isIntersecting;
      if (!visible) return;
      if (!api && !figure.dataset.started) {
        figure.dataset.started = "true";
        start().catch((err) => console.warn("the simulation cannot run here: " + err.message));
      } else if (running) set(true);
    }).observe(figure);
  }
  figures.forEach(equip);
})();
