// Loaded before the first paint: Tabler's themes follow an attribute, not the system.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const apply = () => {
    const theme = dark.matches ? 'dark' : 'light';
    if (root.getAttribute('data-bs-theme') !== theme) root.setAttribute('data-bs-theme', theme);
  };
  apply();
  root.classList.add('js');
  dark.addEventListener('change', apply);
  // Enhanced navigation takes attributes off that the server did not send.
  new MutationObserver(() => {
    apply();
    if (!root.classList.contains('js')) root.classList.add('js');
  }).observe(root, { attributes: true });
})();
