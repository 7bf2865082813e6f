"use strict";
(() => {
  const find = document.getElementById("find"), shown = document.getElementById("shown");
  if (!find) return;
  const rows = Array.from(document.querySelectorAll("table.board tbody tr"), (row) => [row, row.textContent.toLowerCase()]);
  find.addEventListener("input", () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = words.length ? `${count} of ${rows.length}` : "";
  });
  document.getElementById("finder").hidden = false;
})();
