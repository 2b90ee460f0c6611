(function () {
  const id = $ID, option = $OPTION, data = $DATA, names = $NAMES;
  const onMove = $SCRIPT;

  // Outputs may be parsed before they are put into the page: wait for ours.
  function start(tries) {
    const box = document.getElementById(id);
    if (box === null) {
      if (tries > 0) setTimeout(function () { start(tries - 1); }, 50);
      return;
    }
    echartsReady().then(function (echarts) { draw(echarts, box); }).catch(function (err) {
      console.warn("sgdescape: " + id + ": " + err.message);
      const note = document.createElement("em");
      note.textContent = " (This interactive view needs ECharts, which this page could not find; run: go run ./notebooks lab)";
      box.appendChild(note);
    });
  }

  // All charts of a page share one copy of ECharts: the one that an exported
  // report holds, or else the one that the project's Jupyter serves.
  function echartsReady() {
    if (window.echarts) return Promise.resolve(window.echarts);
    if (!window.sgdEcharts) window.sgdEcharts = fetchEcharts();
    return window.sgdEcharts;
  }

  function fetchEcharts() {
    const config = document.getElementById("jupyter-config-data");
    const base = document.body.dataset.baseUrl || (config && JSON.parse(config.textContent).baseUrl);
    if (!base) return Promise.reject(new Error("not in Jupyter and no ECharts in the page"));
    return fetch(base.replace(/\/?$/, "/") + "static/echarts.min.js").then(function (reply) {
      if (!reply.ok) throw new Error("echarts.min.js: status " + reply.status);
      return reply.text();
    }).then(function (source) {
      // Parameters hide the AMD loader of the classic notebook, into which
      // ECharts would otherwise vanish.
      new Function("define", "module", "exports", source)();
      return window.echarts;
    });
  }

  function draw(echarts, box) {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "true";
    box.textContent = "";
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(option);
    const inputs = names.map(function (_, i) { return document.getElementById(id + "-slider-" + i); });
    function moved() {
      const values = {};
      inputs.forEach(function (input, i) {
        values[names[i]] = input.valueAsNumber;
        document.getElementById(input.id + "-value").textContent = input.value;
      });
      if (onMove) onMove(chart, values, data);
    }
    inputs.forEach(function (input) { input.addEventListener("input", moved); });
    moved();
    if (window.ResizeObserver) new ResizeObserver(function () { chart.resize(); }).observe(box);
    else window.addEventListener("resize", function () { chart.resize(); });
  }

  start(200);
})();
