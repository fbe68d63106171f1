// Which colours the page has. No module, since it has to be done before anything is painted.
"use strict";

(() => {
  const KEY = "storyarn.theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };

  function chosen() {
    const kept = localStorage.getItem(KEY);
    return kept in NEXT ? kept : "system";
  }

  function apply() {
    const theme = chosen();
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${theme}`;
  }

  apply();
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme").addEventListener("click", () => {
      localStorage.setItem(KEY, NEXT[chosen()]);
      apply();
    });
  });
})();
