/**
 * Keeps the page as high as what is seen of it. Where a keyboard lies above the page instead of making it smaller
 * (Safari on phones), the place to write would else be hidden beneath it.
 */
export function followViewport() {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const follow = () => {
    if (viewport.scale > 1.01) return; // Somebody has zoomed in: let them.
    document.documentElement.style.setProperty("--seen", `${viewport.height}px`);
    window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", follow);
  follow();
}
