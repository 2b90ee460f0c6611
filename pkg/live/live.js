(function () {
  const id = $ID, address = $ADDRESS, names = $NAMES;
  // Outputs may be parsed before they are put into the page, and the way to the kernel takes a moment to open: wait for both.
  function start(tries) {
    const box = document.getElementById(id);
    if (box === null || !globalThis.gonb_comm) {
      if (tries > 0) setTimeout(function () { start(tries - 1); }, 100);
      return;
    }
    const inputs = names.map(function (_, i) { return document.getElementById(id + "-slider-" + i); });
    function send(done) {
      const values = { done: done };
      inputs.forEach(function (input, i) {
        values[names[i]] = input.valueAsNumber;
        document.getElementById(input.id + "-value").textContent = input.value;
      });
      globalThis.gonb_comm.send(address, JSON.stringify(values));
    }
    inputs.forEach(function (input) { input.addEventListener("input", function () { send(0); }); });
    const button = document.getElementById(id + "-done");
    button.addEventListener("click", function () {
      send(1);
      inputs.concat(button).forEach(function (control) { control.disabled = true; });
    });
    send(0); // says that somebody is here
  }
  start(150);
})();
